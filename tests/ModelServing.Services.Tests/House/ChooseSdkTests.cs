using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>tests/ChooseSdk.cs as a process, on a made repository whose only package source is a folder, with a package cache of its own.</summary>
public sealed class ChooseSdkTests : IDisposable
{
    private static readonly string[] OfOci = ["OCI.DotNetSDK.Common", "OCI.DotNetSDK.Functions", "OCI.DotNetSDK.Monitoring", "OCI.DotNetSDK.Nosql", "OCI.DotNetSDK.Objectstorage"];
    private static readonly string[] OfPulumi = ["Pulumi", "Pulumi.Kubernetes", "Pulumi.Oci"];

    private readonly TemporaryFolder folder = new();

    public ChooseSdkTests()
    {
        // The real switch in projects that reference nothing else.
        Directory.CreateDirectory(folder.Combine("source"));
        Directory.CreateDirectory(folder.Combine("services", "Oci"));
        Directory.CreateDirectory(folder.Combine("infra"));
        foreach (var path in (string[])["Directory.Build.props", "Directory.Packages.props", "services/Oci/Sdk.props", "infra/Sdk.props"])
            File.Copy(Repository.Combine(path), folder.Combine(path));
        foreach (var project in (string[])["services/Oci/Oci.csproj", "infra/Infra.csproj"])
            File.WriteAllText(folder.Combine(project), """<Project Sdk="Microsoft.NET.Sdk"><Import Project="Sdk.props" /></Project>""");
        UseSource("source");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_source_that_has_none_of_the_names_chooses_the_doubles_and_one_line_says_so()
    {
        var (exitCode, output) = await ChooseAsync();

        Assert.Equal(0, exitCode);
        Assert.Equal(
            $"no package named {string.Join(", ", OfOci)} here: builds use the stand-ins of tests/Doubles, with which neither 'pulumi up' nor 'ms images push' is possible",
            Assert.Single(output));
        Assert.Equal("true", await SdkDoublesAsync());
    }

    [Fact]
    public async Task A_source_that_has_one_family_only_chooses_the_doubles_of_both()
    {
        Have(OfOci);

        var (exitCode, output) = await ChooseAsync();

        Assert.Equal(0, exitCode);
        Assert.StartsWith("no package named Pulumi, Pulumi.Kubernetes, Pulumi.Oci here: ", Assert.Single(output), StringComparison.Ordinal);
        Assert.Equal("true", await SdkDoublesAsync());
    }

    [Fact]
    public async Task Only_the_named_projects_packages_are_asked_for()
    {
        Have(OfOci);

        Assert.Equal((0, []), await ChooseAsync("services/Oci/Oci.csproj"));
        Assert.False(File.Exists(folder.Combine("SdkDoubles.props")));
    }

    [Fact]
    public async Task A_source_that_has_them_all_chooses_nothing()
    {
        Have([.. OfOci, .. OfPulumi]);

        Assert.Equal((0, []), await ChooseAsync());
        Assert.False(File.Exists(folder.Combine("SdkDoubles.props")));
        Assert.Equal("", await SdkDoublesAsync());
    }

    [Fact]
    public async Task A_source_that_cannot_be_reached_stays_an_error()
    {
        UseSource($"http://{RawServer.NobodyThere()}/v3/index.json");

        var (exitCode, output) = await ChooseAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("NU1301", string.Join('\n', output), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Combine("SdkDoubles.props")));
    }

    [Fact]
    public async Task A_source_that_has_another_version_only_stays_an_error()
    {
        Have([.. OfOci, .. OfPulumi], "0.0.1");

        var (exitCode, output) = await ChooseAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("NU1102", string.Join('\n', output), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Combine("SdkDoubles.props")));
    }

    private void UseSource(string source) => File.WriteAllText(folder.Combine("nuget.config"), $"""
        <configuration>
          <config><add key="globalPackagesFolder" value="packages" /></config>
          <packageSources><clear /><add key="only" value="{source}" allowInsecureConnections="true" /></packageSources>
          <fallbackPackageFolders><clear /></fallbackPackageFolders>
        </configuration>
        """);

    /// <summary>Puts made packages of these names into the source, in the versions that the repository asks for.</summary>
    private void Have(IEnumerable<string> names, string? version = null)
    {
        var versions = XDocument.Load(Repository.Combine("Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(static item => (string)item.Attribute("Include")!, static item => (string)item.Attribute("Version")!);
        foreach (var name in names)
        {
            var number = version ?? versions[name];
            using var package = ZipFile.Open(folder.Combine("source", $"{name}.{number}.nupkg"), ZipArchiveMode.Create);
            using var writer = new StreamWriter(package.CreateEntry($"{name}.nuspec").Open());
            writer.Write($"""
                <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
                  <metadata><id>{name}</id><version>{number}</version><authors>a test</authors><description>made</description></metadata>
                </package>
                """);
        }
    }

    private async Task<(int ExitCode, string[] Output)> ChooseAsync(params string[] projects)
    {
        var (exitCode, output) = await DotnetAsync(["run", "--file", Repository.Combine("tests", "ChooseSdk.cs"), "--", folder.FullPath, .. projects]);
        return (exitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private async Task<string> SdkDoublesAsync() => (await DotnetAsync(["msbuild", folder.Combine("services", "Oci", "Oci.csproj"), "-getProperty:SdkDoubles"])).Output.Trim();

    private async Task<(int ExitCode, string Output)> DotnetAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder.FullPath,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_CLI_UI_LANGUAGE"] = "en", ["DOTNET_NOLOGO"] = "1" },
        };
        // It would win over the configuration's own folder.
        start.Environment.Remove("NUGET_PACKAGES");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
