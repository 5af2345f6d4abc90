using ModelServing.Cli;
using ModelServing.Cli.Up;
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

    private string[] Demos() => Directory.GetDirectories(folder.Combine("state"), "*-demo-*");
}
