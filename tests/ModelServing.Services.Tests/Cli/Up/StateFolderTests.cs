using System.Runtime.Versioning;
using ModelServing.Cli;
using ModelServing.Cli.Up;
using ModelServing.Contracts.Reliability;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up;

public sealed class StateFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string State => folder.Combine("state", "dev");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_has_one_holder_at_a_time_and_stays()
    {
        using (StateFolder.Open(State))
        {
            var e = Assert.Throws<CommandException>(() => StateFolder.Open(State));
            Assert.Equal(ExitCode.Failed, e.ExitCode);
            Assert.Contains($"another 'ms up' is using {State};", e.Message, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(State, "kept"), "");
        }

        using var again = StateFolder.Open(State);
        Assert.True(File.Exists(Path.Combine(State, "kept")));
    }

    [Fact]
    public void A_demo_has_a_temporary_folder_beside_it()
    {
        using (var first = StateFolder.OpenDemo(State))
        using (var second = StateFolder.OpenDemo(State))
        {
            Assert.StartsWith(State + "-demo-", first.FullPath, StringComparison.Ordinal);
            Assert.NotEqual(first.FullPath, second.FullPath);
            Assert.Equal(2, Demos().Length);
            File.WriteAllText(Path.Combine(first.FullPath, "x"), "");
        }

        Assert.Empty(Demos());
    }

    [Fact]
    public void The_folder_of_a_killed_demo_is_removed_but_no_used_or_unknown_one()
    {
        var left = Directory.CreateDirectory(State + "-demo-left").FullName;
        File.WriteAllText(Path.Combine(left, ".lock"), "");
        var unknown = Directory.CreateDirectory(State + "-demo-unknown").FullName;
        var other = Directory.CreateDirectory(State).FullName;
        using var held = StateFolder.OpenDemo(folder.Combine("state", "dev"));
        using var demo = StateFolder.OpenDemo(State);
        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(unknown));
        Assert.True(Directory.Exists(other));
        Assert.True(Directory.Exists(held.FullPath));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_folder_and_what_an_earlier_program_left_in_it_are_the_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permissions");
        const UnixFileMode All = (UnixFileMode)0b111_111_111;
        var state = folder.Combine(".modelserving", "dev");
        var outside = folder.Combine("outside");
        Directory.CreateDirectory(Path.Combine(state, "registry"), All);
        File.WriteAllText(outside, "not ours");
        File.WriteAllText(Path.Combine(state, "journal.db"), "");
        File.WriteAllText(Path.Combine(state, "registry", "model.onnx"), "");
        File.CreateSymbolicLink(Path.Combine(state, "link"), outside);
        string[] files = [Path.Combine(state, "journal.db"), Path.Combine(state, "registry", "model.onnx")];
        string[] folders = [folder.Combine(".modelserving"), state, Path.Combine(state, "registry")];
        foreach (var path in (string[])[.. files, .. folders, outside])
            File.SetUnixFileMode(path, All);

        using var opened = StateFolder.Open(state);

        Assert.All(files, static path => Assert.Equal(PrivateFiles.OfFolder, File.GetUnixFileMode(path)));
        Assert.All(folders, static path => Assert.Equal(PrivateFiles.OfFolder, File.GetUnixFileMode(path)));
        Assert.Equal(All, File.GetUnixFileMode(outside));
        using var demo = StateFolder.OpenDemo(state);
        Assert.Equal(PrivateFiles.OfFolder, File.GetUnixFileMode(demo.FullPath));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void The_parent_of_a_folder_that_a_setting_names_is_the_users()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permissions");
        var parent = Directory.CreateDirectory(folder.Combine("mine")).FullName;
        var before = File.GetUnixFileMode(parent);
        using var opened = StateFolder.Open(Path.Combine(parent, "state"));
        Assert.Equal(before, File.GetUnixFileMode(parent));
    }

    private string[] Demos() => Directory.GetDirectories(folder.Combine("state"), "*-demo-*");
}
