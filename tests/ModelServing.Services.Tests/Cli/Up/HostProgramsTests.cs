using ModelServing.Cli;
using ModelServing.Cli.Up;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up;

public sealed class HostProgramsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Hosts_are_beside_the_program_in_the_same_configuration()
    {
        var inference = Touch("bin", "Inference", "debug", "ModelServing.Inference.dll");
        var router = Touch("bin", "Router", "debug", "ModelServing.Router.dll");
        var functions = Touch("bin", "Functions", "debug", "ModelServing.Functions.dll");
        var features = Touch("bin", "FeatureServer", "debug", "ModelServing.FeatureServer.dll");
        var programs = HostPrograms.Find(folder.Combine("bin", "Cli", "debug") + Path.DirectorySeparatorChar, "dotnet");
        Assert.Equal([inference], programs.Inference.Arguments);
        Assert.Equal([router], programs.Router.Arguments);
        Assert.Equal([functions], programs.Functions.Arguments);
        Assert.Equal([features], programs.FeatureServer.Arguments);
        Assert.Equal("dotnet", programs.Router.FileName);
    }

    [Fact]
    public void The_dotnet_tool_brings_its_hosts_along()
    {
        foreach (var project in (string[])["Inference", "Router", "Functions", "FeatureServer"])
            Touch("tool", "hosts", project, $"ModelServing.{project}.dll");
        Assert.Equal(
            [folder.Combine("tool", "hosts", "Router", "ModelServing.Router.dll")],
            HostPrograms.Find(folder.Combine("tool"), "dotnet").Router.Arguments);
    }

    [Fact]
    public void Each_missing_program_is_a_line_that_says_how_to_build_it()
    {
        var e = Assert.Throws<CommandException>(() => HostPrograms.Find(folder.Combine("bin", "Cli", "release"), "dotnet"));
        Assert.Equal(ExitCode.Failed, e.ExitCode);
        Assert.Equal(4, e.Lines.Count);
        Assert.EndsWith(
            "does not exist; build it with ./dev up, or with: dotnet build services/Inference -c Release",
            e.Lines[0],
            StringComparison.Ordinal);
    }

    private string Touch(params string[] parts)
    {
        var path = folder.Combine(parts);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        return path;
    }
}
