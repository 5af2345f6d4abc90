using System.Net;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

/// <summary>The connections of a real process that has few file handles.</summary>
public class ConnectionTests
{
    private const string Request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

    [Theory]
    // Half of the handles that are left beside the process's own 384.
    [InlineData(100_000, 64)]
    [InlineData(20, 20)]
    public async Task Connections_past_the_setting_or_the_file_handles_are_refused_and_the_others_go_on(long setting, int most)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the limit is set by a shell");
        using var registry = new TemporaryFolder();
        var (model, version) = (ModelName.Parse("m"), new ModelVersion(1));
        await new ModelRegistry(RegistryLocation.Open("file:" + registry.FullPath), TimeProvider.System)
            .PublishAsync(model, version, SomeOnnx.Third(), TrainingInfo.None, TestContext.Current.CancellationToken);
        await using var host = HostProcess.StartInference(
            new InferenceSettings
            {
                Model = model,
                Version = version,
                Registry = "file:" + registry.FullPath,
                MaxConnections = setting,
            },
            "bash",
            "-c",
            "ulimit -n 512; exec \"$@\"",
            "bash");
        var address = IPEndPoint.Parse((await host.AddressAsync()).Authority);
        var open = new List<RawConnection>();
        try
        {
            for (var i = 0; i < most; i++)
            {
                open.Add(await RawConnection.ConnectAsync(address));
                await open[i].SendAsync(Request);
                Assert.Equal(200, (await open[i].ReadMessageAsync())!.Status);
            }

            for (var i = 0; i < 300; i++)
            {
                using var refused = await RawConnection.ConnectAsync(address);
                await refused.SendAsync(Request);
                var answer = (await refused.ReadMessageAsync())!;
                Assert.Equal((503, "1", "close"), (answer.Status, answer["Retry-After"], answer["Connection"]));
                Assert.Contains("urn:modelserving:problem:too-many-connections", answer.Text, StringComparison.Ordinal);
            }

            await open[0].SendAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
            var metrics = (await open[0].ReadMessageAsync())!.Text;
            Assert.Matches(@"modelserving_host_connections(\{[^}]*\})? " + most, metrics);
            Assert.Matches(@"modelserving_host_refusals_total\{[^}]*reason=""too-many-connections""[^}]*\} 300", metrics);
            Assert.False(host.HasExited, host.Output);
        }
        finally
        {
            open.ForEach(static connection => connection.Dispose());
        }
    }
}
