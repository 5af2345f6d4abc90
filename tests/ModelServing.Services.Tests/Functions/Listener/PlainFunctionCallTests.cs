using System.Text;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Hosting.Access;
using ModelServing.Services.Tests.Router;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Functions.Listener;

/// <summary>Calls by plain HTTP.</summary>
public sealed class PlainFunctionCallTests() : FunctionCallTests(static () => new PlainCaller(FunctionName.Rollback))
{
    // The message with which a web page could have had a good version condemned.
    private static readonly byte[] Forged = Encoding.UTF8.GetBytes(
        """{"title":"modelserving-local-failure-rate","type":"OK_TO_FIRING","alarmMetaData":[{"status":"FIRING","dimensions":[{"model":"fraud","version":"2","variant":"canary","trial":"1"}]}]}""");

    [Theory]
    [InlineData("another secret", "application/json", 401)]
    [InlineData("", "application/json", 401)]
    [InlineData(PlainCaller.Secret, "text/plain", 415)]
    [InlineData(PlainCaller.Secret, "application/x-www-form-urlencoded", 415)]
    [InlineData(PlainCaller.Secret, "application/json; charset=utf-8", 200)]
    public async Task A_call_needs_the_runs_secret_and_JSON(string secret, string contentType, int status)
    {
        using var folder = new TemporaryFolder();
        await using var functions = await StartAsync(folder);
        var answer = await functions.Caller.CallAsync(
            Forged, contentType, new Dictionary<string, string> { [HeaderNames.RunSecret] = secret });
        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF44\r\n{}\r\n0\r\n\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nfive\r\n{}\r\n0\r\n\r\n", 400)]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 415)]
    [InlineData("Content-Encoding: BR\r\nContent-Length: 2\r\n\r\n{}", 415)]
    public async Task A_body_that_can_not_be_read_is_refused(string rest, int status)
    {
        using var folder = new TemporaryFolder();
        await using var functions = await StartAsync(folder);
        using var client = await RawConnection.ConnectAsync(((PlainCaller)functions.Caller).EndPoint);
        await client.SendAsync(
            $"POST {FunctionPaths.PathOf(FunctionName.Rollback)} HTTP/1.1\r\nHost: localhost\r\nContent-Type: Application/JSON\r\n" +
                $"{HeaderNames.RunSecret}: {PlainCaller.Secret}\r\n{rest}");
        Assert.Equal(status, (await client.ReadMessageAsync())!.Status);
    }

    [Fact]
    public async Task A_call_has_a_record_in_the_access_log()
    {
        using var folder = new TemporaryFolder();
        using var records = new TemporaryFolder();
        await using var functions = await RunningFunctions.StartAsync(
            new PlainCaller(FunctionName.Rollback),
            new FunctionsHostSettings
            {
                Journal = HostSources.Sqlite(folder.Combine("journal.db")),
                AccessLog = new AccessLogSettings { Folder = records.FullPath },
            });
        await RunningRouter.UntilAsync(() => functions.Services.GetRequiredService<AccessLog>().HasRoom, "the access log is open");
        var answer = await functions.Caller.CallAsync(Forged, headers: new Dictionary<string, string> { [HeaderNames.RunSecret] = "x" });
        var read = new List<AccessRecord>();
        await RunningRouter.UntilAsync(() => (read = [.. AccessFiles.Read(records.FullPath)]).Count > 0, "there is a record");
        var record = Assert.Single(read);
        Assert.Equal(
            (AccessSource.Functions, "Rollback", 401, answer.Headers[HeaderNames.RequestId]),
            (record.Source, record.Operation, record.Status, record.RequestId.ToString()));
    }

    [Fact]
    public async Task Without_a_secret_the_program_does_not_start()
    {
        using var folder = new TemporaryFolder();
        var e = await Assert.ThrowsAsync<ContractException>(() => RunningFunctions.StartAsync(
            new SecretlessCaller(), new FunctionsHostSettings { Journal = HostSources.Sqlite(folder.Combine("journal.db")) }));
        Assert.Equal(
            "the environment variable MODELSERVING_RUN_SECRET is not set; outside of OCI Functions it must be the secret that callers send "
                +
                "in X-Run-Secret",
            e.Message);
    }

    private static Task<RunningFunctions> StartAsync(TemporaryFolder folder) => RunningFunctions.StartAsync(
        new PlainCaller(FunctionName.Rollback),
        new FunctionsHostSettings { Journal = HostSources.Sqlite(folder.Combine("journal.db")) });

    private sealed class SecretlessCaller : FunctionCaller
    {
        internal override FunctionsHostSettings Listening(FunctionsHostSettings settings) => settings with { Urls = "http://127.0.0.1:0" };

        internal override Task ReadyAsync(Microsoft.AspNetCore.Builder.WebApplication app) => Task.CompletedTask;

        internal override Task<CallAnswer> CallAsync(
            ReadOnlyMemory<byte> body,
            string contentType,
            IReadOnlyDictionary<string, string>? headers,
            TimeSpan? timeout,
            string? id) => throw new NotSupportedException();

        internal override void DropIdle()
        {
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
