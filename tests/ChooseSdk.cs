// Compiled ahead of time, as a file is by default, it would need 300 MB of packages.
#:property PublishAot=false

using System.Diagnostics;
using System.Text.RegularExpressions;

// ./dev runs this while SdkDoubles.props is not there: with the repository's folder, and the projects whose official packages the command
// is about to build with; all of them when none is named. It restores them as they are. Only a package source's own answer that it has none of a
// name (NU1101) makes it write SdkDoubles.props, which every build honours from then on; delete that file to have the question asked
// again. Any other failure (no network, a login) is shown and stays one. A source that has one family of packages and not the other gets
// the stand-ins of both: neither family alone can be deployed.
var root = args[0];
string[] official = ["OCI.DotNetSDK.Common", "OCI.DotNetSDK.Functions", "OCI.DotNetSDK.Monitoring", "OCI.DotNetSDK.Nosql", "OCI.DotNetSDK.Objectstorage", "Pulumi", "Pulumi.Kubernetes", "Pulumi.Oci"];
foreach (var project in args.Length > 1 ? args[1..] : ["services/Oci/Oci.csproj", "infra/Infra.csproj"])
{
    using var restore = Process.Start(new ProcessStartInfo("dotnet", ["restore", Path.Combine(root, project), "-p:SdkDoubles=false", "--verbosity", "quiet", "--nologo"])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["DOTNET_CLI_UI_LANGUAGE"] = "en" },
    })!;
    var error = restore.StandardError.ReadToEndAsync();
    var output = restore.StandardOutput.ReadToEnd() + await error;
    restore.WaitForExit();
    if (restore.ExitCode == 0)
        continue;

    var missing = Regex.Matches(output, @"error NU1101: Unable to find package ([\w.]+)\.").Select(static match => match.Groups[1].Value).Distinct().ToArray();
    var others = Regex.Matches(output, @"error (NU\d+|MSB\d+|NETSDK\d+)").Select(static match => match.Groups[1].Value).Where(static code => code != "NU1101");
    if (missing.Length == 0 || missing.Except(official).Any() || others.Any())
    {
        Console.Error.Write(output);
        return 1;
    }

    File.WriteAllText(Path.Combine(root, "SdkDoubles.props"), """
        <Project>
          <!-- Written by ./dev: the package source has not all the official packages of Pulumi and OCI's SDK, so that builds use the stand-ins in tests/Doubles. -->
          <PropertyGroup Condition="'$(SdkDoubles)' == ''">
            <SdkDoubles>true</SdkDoubles>
          </PropertyGroup>
        </Project>

        """);
    Console.Error.WriteLine($"no package named {string.Join(", ", missing.Order(StringComparer.Ordinal))} here: builds use the stand-ins of tests/Doubles, with which neither 'pulumi up' nor 'ms images push' is possible");
    return 0;
}

return 0;
