from afilia.config.cli import main

main()
