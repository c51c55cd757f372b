"""What Superset does to itself while it is set up; its own Python runs this file.

In one process it takes far less time: to start is what takes long. What to do comes as
JSON on standard input, where nobody sees the password: `commands`, a list of arguments
each, then `assets`, the zip to import for `username`.
"""

import json
import sys
from zipfile import ZipFile

from superset.app import create_app
from superset.cli.main import superset

work = json.load(sys.stdin)
for arguments in work["commands"]:
    superset(arguments, standalone_mode=False)

with create_app().app_context():
    # these need the application
    from superset import security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.commands.importers.v1.utils import get_contents_from_bundle
    from superset.utils.core import override_user

    with ZipFile(work["assets"]) as archive:
        contents = get_contents_from_bundle(archive)
    with override_user(security_manager.find_user(work["username"])):
        # the command import-dashboards would leave charts as they are
        ImportAssetsCommand(contents).run()
