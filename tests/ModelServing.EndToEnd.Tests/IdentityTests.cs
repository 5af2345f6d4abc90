using ModelServing.Contracts;
using ModelServing.TestKit;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.EndToEnd.Tests;

/// <summary><c>ms</c> as a process whose identity can't be obtained.</summary>
public sealed class IdentityTests : IAsyncLifetime
{
    private const string Bucket = "modelserving-dev-artifacts";
    private static readonly string Location = $"oci:{ObjectStorageEmulator.Namespace}/{Bucket}";

    private readonly StackFolder folder = new();
    private ObjectStorageEmulator emulator = null!;
    private OkePod pod = null!;

    private Dictionary<string, string> Variables => new(pod.Variables)
    {
        [OciSettings.TokenFileVariable] = pod.Settings.TokenFile!,
        [OciSettings.RegionVariable] = pod.Settings.Region!,
        [OciSettings.ObjectStorageEndpointVariable] = emulator.Endpoint.GetLeftPart(UriPartial.Authority),
    };

    public async ValueTask InitializeAsync()
    {
        pod = await OkePod.StartAsync();
        emulator = await ObjectStorageEmulator.StartAsync();
        emulator.Pod = pod;
        emulator.CreateBucket(Bucket);
    }

    public async ValueTask DisposeAsync()
    {
        await emulator.DisposeAsync();
        await pod.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData(PodFault.ExpiredToken, "Kubernetes service account token expired.")]
    [InlineData(PodFault.NoToken, "the answer has no token (")]
    [InlineData(PodFault.BrokenCertificate, "")]
    public async Task A_pods_failing_identity_is_one_line_and_exit_code_2(PodFault fault, string why)
    {
        await pod.BreakAsync(fault);
        var (exitCode, output) = await ModelsAsync(OciIdentity.WorkloadIdentity, Variables);
        Assert.True(exitCode == 2, output);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
        Assert.Contains($"the identity workload-identity, from https://{pod.Address}:12250 with ", output, StringComparison.Ordinal);
        Assert.Contains($"can't be obtained: {why}", output, StringComparison.Ordinal);

        await pod.RepairAsync();
        (exitCode, output) = await ModelsAsync(OciIdentity.WorkloadIdentity, Variables);
        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("404 Not Found", "text/plain", "nothing here")]
    [InlineData("404 Not Found", "text/html", "<html>Not found</html>")]
    [InlineData("200 OK", "text/html", "<html>Please log in</html>")]
    public async Task An_instance_principal_away_from_OCI_is_one_line_and_exit_code_2(string status, string type, string body)
    {
        await using var server = new RawServer(async connection =>
        {
            while (await connection.ReadHeadAsync() is not null)
                await connection.SendAsync($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        });
        var (exitCode, output) = await ModelsAsync(
            OciIdentity.InstancePrincipal,
            new Dictionary<string, string>
            {
                // The address of the metadata service is built into the SDK.
                ["http_proxy"] = $"http://{server.Address}",
                ["no_proxy"] = "127.0.0.1",
                [OciSettings.RegionVariable] = EmulatorIdentity.Region,
            });
        Assert.True(exitCode == 2, output);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
        Assert.Contains("the identity instance-principal can't be used: the metadata service at ", output, StringComparison.Ordinal);
        Assert.EndsWith("only compute instances of OCI have one\n", output, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Output)> ModelsAsync(OciIdentity identity, Dictionary<string, string> variables)
    {
        await using var ms = MsProcess.Start(
            folder, variables, "models", "--registry", Location, "--identity", OciIdentities.Text(identity));
        return (await ms.ExitAsync(), ms.Output);
    }
}
