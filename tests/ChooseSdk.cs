using System.Diagnostics;
using System.Text.RegularExpressions;

// ./dev runs this while SdkDoubles.props is not there. It restores infra/ with the official packages. Only a package source's own
// answer that it has none of that name (NU1101) makes it write SdkDoubles.props, which every build honours from then on; delete that
// file to have the question asked again. Any other failure (no network, a login) is shown and stays one.
var root = args[0];
string[] names = ["Pulumi", "Pulumi.Oci", "Pulumi.Kubernetes"];
using var restore = Process.Start(new ProcessStartInfo("dotnet", ["restore", Path.Combine(root, "infra"), "-p:SdkDoubles=false", "--verbosity", "quiet", "--nologo"])
{
    RedirectStandardOutput = true,
    RedirectStandardError = true,
    Environment = { ["DOTNET_CLI_UI_LANGUAGE"] = "en" },
})!;
var error = restore.StandardError.ReadToEndAsync();
var output = restore.StandardOutput.ReadToEnd() + await error;
restore.WaitForExit();
if (restore.ExitCode == 0)
    return 0;

var missing = Regex.Matches(output, @"error NU1101:[^\n]*?\b(Pulumi(?:\.\w+)?)\b").Select(static match => match.Groups[1].Value).Intersect(names).ToArray();
var others = Regex.Matches(output, @"error (NU\d+|MSB\d+|NETSDK\d+)").Select(static match => match.Groups[1].Value).Where(static code => code != "NU1101");
if (missing.Length == 0 || others.Any())
{
    Console.Error.Write(output);
    return 1;
}

File.WriteAllText(Path.Combine(root, "SdkDoubles.props"), """
    <Project>
      <!-- Written by ./dev: the package source has no official Pulumi packages, so that builds use the stand-ins in tests/Doubles. -->
      <PropertyGroup Condition="'$(SdkDoubles)' == ''">
        <SdkDoubles>true</SdkDoubles>
      </PropertyGroup>
    </Project>

    """);
Console.Error.WriteLine($"no package named {string.Join(", ", missing)} here: previews and tests use the stand-ins of tests/Doubles, and 'pulumi up' is not possible");
return 0;
