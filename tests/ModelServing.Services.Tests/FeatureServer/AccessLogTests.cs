using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Hosting.Access;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.FeatureServer;

public sealed class AccessLogTests : IDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Each_request_has_a_record_with_its_operation_its_answer_and_its_trace()
    {
        await using var server = await RunningFeatureServer.StartAsync(
            settings => settings with { AccessLog = new AccessLogSettings { Folder = folder.FullPath } });
        await UntilAsync(() => server.Services.GetRequiredService<AccessLog>().HasRoom);
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(server.Address, FeaturePaths.Views + "/card-activity/versions/1/entity?card_id=42"));
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        using var read = await server.Client.SendAsync(request, Token);
        using var wrong = await server.PostAsync(FeaturePaths.Events, "nonsense");
        using var listed = await server.GetAsync(FeaturePaths.Views);
        // Nothing of a client's is there.
        using var missing = await server.GetAsync("/nothing");
        List<AccessRecord> records = [];
        await UntilAsync(() => (records = [.. AccessFiles.Read(folder.FullPath)]).Count >= 3);
        Assert.Equal(
            [("entity", (int)read.StatusCode), ("events", 400), ("views", 200)],
            records.Select(static record => (record.Operation!, record.Status)));
        HttpResponseMessage[] answers = [read, wrong, listed];
        Assert.Equal(
            answers.Select(static answer => answer.Headers.GetValues(HeaderNames.RequestId).Single()),
            records.Select(static record => record.RequestId.ToString()));
        Assert.All(records, static record => Assert.Equal(AccessSource.FeatureServer, record.Source));
        Assert.All(records, static record => Assert.True(record.Times.Total > TimeSpan.Zero));
        Assert.Equal(Trace, records[0].Trace.ToString("x32", null));
        Assert.NotNull(records[1].Reason);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, "it never happened");
            await Task.Delay(5, Token);
        }
    }
}
