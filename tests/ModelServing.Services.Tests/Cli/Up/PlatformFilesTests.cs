using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Up;

public sealed class PlatformFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RecordedTerminal terminal = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_file_lists_the_endpoints_that_are_ready_now()
    {
        var files = new PlatformFiles(folder.FullPath, terminal.Terminal);
        var (first, second) = (new object(), new object());
        files.Set(first, Entry(2, 1001));
        files.Set(second, Entry(1, 1002));
        Assert.Equal([Entry(1, 1002), Entry(2, 1001)], Read(files));
        files.Set(first, Entry(2, 1003));
        files.Set(second);
        Assert.Equal([Entry(2, 1003)], Read(files));
        files.Set(first);
        Assert.Empty(Read(files));
        Assert.Equal(["endpoints.json"], Directory.GetFiles(folder.FullPath).Select(Path.GetFileName));
    }

    [Fact]
    public void The_plan_is_replaced_as_a_whole()
    {
        var files = new PlatformFiles(folder.FullPath, terminal.Terminal);
        files.WritePlan(SomeStack.Plan("5"));
        using var reader = File.OpenRead(files.PlanPath);
        files.WritePlan(SomeStack.Plan("25"));
        // A reader that has the old file open can read it to its end.
        using var old = new MemoryStream();
        reader.CopyTo(old);
        Assert.Equal(SomeStack.Plan("5").ToUtf8(), old.ToArray());
        Assert.Equal(SomeStack.Plan("25").ToUtf8(), File.ReadAllBytes(files.PlanPath));
    }

    [Fact]
    public void Only_the_owner_may_read_the_files()
    {
        var files = new PlatformFiles(folder.FullPath, terminal.Terminal);
        File.WriteAllText(files.ClientsPath, "an older one");
        files.WriteOperatorKey("msk_some");
        files.WriteClients(new ClientsDocument { Schema = 1, Anonymous = true, Clients = [] });
        files.WritePlan(SomeStack.Plan());
        files.WriteEndpoints();
        Assert.Equal("msk_some\n", File.ReadAllText(files.OperatorKeyPath));
        foreach (var path in (string[])[files.OperatorKeyPath, files.ClientsPath, files.PlanPath, files.EndpointsPath])
        {
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.Equal(
            ["clients.json", "endpoints.json", "operator.key", "plan.json"],
            Directory.GetFiles(folder.FullPath).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_failure_to_write_the_endpoints_is_only_a_warning()
    {
        var files = new PlatformFiles(folder.Combine("missing"), terminal.Terminal);
        files.Set(new object(), Entry(1, 1001));
        Assert.Contains("can't be written, so the router keeps the last version of it", terminal.Output, StringComparison.Ordinal);
    }

    private static EndpointEntry Entry(int version, int process) =>
        new(ModelName.Parse("fraud"), new ModelVersion(version), $"127.0.0.1:{process}", process);

    private static IReadOnlyList<EndpointEntry> Read(PlatformFiles files) =>
        EndpointsDocument.Parse(File.ReadAllBytes(files.EndpointsPath)).Endpoints;
}
