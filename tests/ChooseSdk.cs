// By default a file is compiled ahead of time, which would need 300 MB of packages.
#:property PublishAot=false

using System.Diagnostics;
using System.Text.RegularExpressions;

// ./dev runs this while SdkDoubles.props does not exist. The arguments are the repository's folder and the projects that the command is
// about to build; the default is all projects with official packages. This restores the projects with the official packages. It writes
// SdkDoubles.props only if the package source itself answers that it has no package of a name (NU1101). From then on every build uses the
// doubles; delete the file to check again. Any other failure (no network, a login) is printed and ends the command. A source with only one
// of the two families gets the doubles of both, because neither family alone can be deployed.
var root = args[0];
string[] official =
[
    "OCI.DotNetSDK.Common",
    "OCI.DotNetSDK.Functions",
    "OCI.DotNetSDK.Monitoring",
    "OCI.DotNetSDK.Nosql",
    "OCI.DotNetSDK.Objectstorage",
    "Pulumi",
    "Pulumi.Kubernetes",
    "Pulumi.Oci",
];
foreach (var project in args.Length > 1 ? args[1..] : ["services/Oci/Oci.csproj", "infra/Infra.csproj"])
{
    string[] arguments = ["restore", Path.Combine(root, project), "-p:SdkDoubles=false", "--verbosity", "quiet", "--nologo"];
    using var restore = Process.Start(new ProcessStartInfo("dotnet", arguments)
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

    var missing = Regex.Matches(output, @"error NU1101: Unable to find package ([\w.]+)\.")
        .Select(static match => match.Groups[1].Value)
        .Distinct()
        .ToArray();
    var others = Regex.Matches(output, @"error (NU\d+|MSB\d+|NETSDK\d+)")
        .Select(static match => match.Groups[1].Value)
        .Where(static code => code != "NU1101");
    if (missing.Length == 0 || missing.Except(official).Any() || others.Any())
    {
        Console.Error.Write(output);
        return 1;
    }

    File.WriteAllText(Path.Combine(root, "SdkDoubles.props"), """
        <Project>
          <!-- Written by ./dev: the package source lacks official packages of Pulumi or OCI's SDK, so builds use the doubles in tests/Doubles. -->
          <PropertyGroup Condition="'$(SdkDoubles)' == ''">
            <SdkDoubles>true</SdkDoubles>
          </PropertyGroup>
        </Project>

        """);
    Console.Error.WriteLine(
        $"the package source does not have {string.Join(", ", missing.Order(StringComparer.Ordinal))}: "
        + "builds use the doubles in tests/Doubles, which support neither 'pulumi up' nor 'ms images push'");
    return 0;
}

return 0;
