from nli.cli import main

main()
