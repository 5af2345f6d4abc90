using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>tests/ChooseSdk.cs as a process, on a temporary repository with its own package cache, whose only package source is a
/// folder.</summary>
public sealed class ChooseSdkTests : IDisposable
{
    private static readonly string[] OciPackages =
    [
        "OCI.DotNetSDK.Common",
        "OCI.DotNetSDK.Functions",
        "OCI.DotNetSDK.Monitoring",
        "OCI.DotNetSDK.Nosql",
        "OCI.DotNetSDK.Objectstorage",
    ];

    private static readonly string[] PulumiPackages = ["Pulumi", "Pulumi.Kubernetes", "Pulumi.Oci"];

    private readonly TemporaryFolder folder = new();

    public ChooseSdkTests()
    {
        // Projects that contain only the real switch.
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
    public async Task A_source_without_the_packages_chooses_the_doubles_and_reports_it_in_one_line()
    {
        var (exitCode, output) = await ChooseAsync();

        Assert.Equal(0, exitCode);
        Assert.Equal(
            $"the package source does not have {string.Join(", ", OciPackages)}: "
            + "builds use the doubles in tests/Doubles, which support neither 'pulumi up' nor 'ms images push'",
            Assert.Single(output));
        Assert.Equal("true", await SdkDoublesAsync());
    }

    [Fact]
    public async Task A_source_with_only_one_family_chooses_the_doubles_of_both()
    {
        AddToSource(OciPackages);

        var (exitCode, output) = await ChooseAsync();

        Assert.Equal(0, exitCode);
        Assert.StartsWith(
            "the package source does not have Pulumi, Pulumi.Kubernetes, Pulumi.Oci: ", Assert.Single(output), StringComparison.Ordinal);
        Assert.Equal("true", await SdkDoublesAsync());
    }

    [Fact]
    public async Task Only_the_named_projects_packages_are_looked_up()
    {
        AddToSource(OciPackages);

        Assert.Equal((0, []), await ChooseAsync("services/Oci/Oci.csproj"));
        Assert.False(File.Exists(folder.Combine("SdkDoubles.props")));
    }

    [Fact]
    public async Task A_source_with_all_packages_chooses_nothing()
    {
        AddToSource([.. OciPackages, .. PulumiPackages]);

        Assert.Equal((0, []), await ChooseAsync());
        Assert.False(File.Exists(folder.Combine("SdkDoubles.props")));
        Assert.Equal("", await SdkDoublesAsync());
    }

    [Fact]
    public async Task An_unreachable_source_is_an_error()
    {
        UseSource($"http://{RawServer.NobodyThere()}/v3/index.json");

        var (exitCode, output) = await ChooseAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("NU1301", string.Join('\n', output), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Combine("SdkDoubles.props")));
    }

    [Fact]
    public async Task A_source_with_only_another_version_is_an_error()
    {
        AddToSource([.. OciPackages, .. PulumiPackages], "0.0.1");

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

    /// <summary>Adds empty packages with these names to the source, by default in the versions that the repository uses.</summary>
    private void AddToSource(IEnumerable<string> names, string? version = null)
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
                  <metadata><id>{name}</id><version>{number}</version><authors>a test</authors><description>empty</description></metadata>
                </package>
                """);
        }
    }

    private async Task<(int ExitCode, string[] Output)> ChooseAsync(params string[] projects)
    {
        var (exitCode, output) = await DotnetAsync(
            ["run", "--file", Repository.Combine("tests", "ChooseSdk.cs"), "--", folder.FullPath, .. projects]);
        return (exitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private async Task<string> SdkDoublesAsync()
    {
        var (_, output) = await DotnetAsync(["msbuild", folder.Combine("services", "Oci", "Oci.csproj"), "-getProperty:SdkDoubles"]);
        return output.Trim();
    }

    private async Task<(int ExitCode, string Output)> DotnetAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder.FullPath,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_CLI_UI_LANGUAGE"] = "en", ["DOTNET_NOLOGO"] = "1" },
        };
        // It would override the folder in nuget.config.
        start.Environment.Remove("NUGET_PACKAGES");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
