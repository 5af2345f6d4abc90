// Ahead-of-time compilation, the default for a file, would need 300 MB of packages.
#:property PublishAot=false

using System.Diagnostics;
using System.Text.RegularExpressions;

// ./dev runs this program unless SdkDoubles.props exists. It tries to restore projects with the official packages of Pulumi and OCI's SDK.
// If the package source answers that it does not have a package of that name (NU1101), it writes SdkDoubles.props, and every build uses the
// stand-ins from then on. Delete that file to try again. Any other failure (no network, a missing login) is printed and remains an error.
// If the source has the packages of only one vendor, both vendors get stand-ins: neither vendor alone can be deployed.
//
// Arguments: the folder of the repository, and the projects that are about to be built. Without projects, all of them are tried.
var root = args[0];
string[] official =
[
    "OCI.DotNetSDK.Common", "OCI.DotNetSDK.Functions", "OCI.DotNetSDK.Monitoring", "OCI.DotNetSDK.Nosql", "OCI.DotNetSDK.Objectstorage",
    "Pulumi", "Pulumi.Kubernetes", "Pulumi.Oci",
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
        .Select(static match => match.Groups[1].Value).Distinct().ToArray();
    var otherErrors = Regex.Matches(output, @"error (NU\d+|MSB\d+|NETSDK\d+)")
        .Select(static match => match.Groups[1].Value).Where(static code => code != "NU1101");
    if (missing.Length == 0 || missing.Except(official).Any() || otherErrors.Any())
    {
        Console.Error.Write(output);
        return 1;
    }

    File.WriteAllText(Path.Combine(root, "SdkDoubles.props"), """
        <Project>
          <!-- Written by ./dev: the package source does not have all official packages of Pulumi and OCI's SDK, so builds use the stand-ins
               in tests/Doubles. -->
          <PropertyGroup Condition="'$(SdkDoubles)' == ''">
            <SdkDoubles>true</SdkDoubles>
          </PropertyGroup>
        </Project>

        """);
    Console.Error.WriteLine($"""
        The package source does not have {string.Join(", ", missing.Order(StringComparer.Ordinal))}.
        Builds use the stand-ins in tests/Doubles, so 'pulumi up' and 'ms images push'
        are not possible.
        """);
    return 0;
}

return 0;
