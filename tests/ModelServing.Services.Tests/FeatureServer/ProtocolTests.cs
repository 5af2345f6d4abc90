using System.Net;
using System.Text;
using ModelServing.Contracts.Features;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.FeatureServer.SomePosts;

namespace ModelServing.Services.Tests.FeatureServer;

/// <summary>What HTTP asks of every path of the feature server, and how it reads JSON.</summary>
public sealed class ProtocolTests
{
    [Fact]
    public async Task HEAD_is_answered_as_GET_without_the_body()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AppliedAsync();
        // Without a time, the answer has that of the request, and not each time has as many digits.
        var entity = FeaturePaths.Entity("card-activity", 1) + "?card_id=1&time=2026-01-01T00:00:00Z";
        string[] paths =
        [
            FeaturePaths.Views, FeaturePaths.Views + "/card-activity/versions/1", entity, FeaturePaths.Entity("cards", 1),
            FeaturePaths.Events, "/v2", "/v2/health/ready", "/health/live", "/metrics", "/nothing",
        ];
        foreach (var path in paths)
        {
            var get = await SendAsync(server, $"GET {path} HTTP/1.1\r\nHost: f\r\nConnection: close\r\n\r\n");
            var head = await SendAsync(server, $"HEAD {path} HTTP/1.1\r\nHost: f\r\nConnection: close\r\n\r\n");
            Assert.Equal((get.Status, get["Content-Type"], get["Allow"]), (head.Status, head["Content-Type"], head["Allow"]));
            Assert.Equal(get["ETag"], head["ETag"]);
            Assert.NotNull(get["Content-Length"]);
            if (path != "/metrics")
                Assert.Equal(get["Content-Length"], head["Content-Length"]);
        }
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF44\r\n{}\r\n0\r\n\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n", 400)]
    [InlineData("Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 415)]
    [InlineData("Content-Encoding: zstd\r\nContent-Length: 2\r\n\r\n{}", 415)]
    [InlineData("Content-Type: application/avro\r\nContent-Length: 2\r\n\r\n{}", 415)]
    public async Task A_body_that_can_not_be_read_is_refused(string rest, int status)
    {
        await using var server = await RunningFeatureServer.StartAsync();
        foreach (var path in (string[])[FeaturePaths.Events, FeaturePaths.Read])
        {
            var answer = await SendAsync(server, $"POST {path} HTTP/1.1\r\nHost: f\r\n{rest}");
            Assert.Equal(status, answer.Status);
            Assert.Contains("urn:modelserving:problem:", answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Null_members_of_events_and_reads_are_as_good_as_absent()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AcceptAsync(Events(Payment(1, 42, "1.5")
            .Replace("\"id\"", "\"knownTime\": null, \"more\": null, \"id\"", StringComparison.Ordinal)
            .Replace("\"card_id\"", "\"unknown\": null, \"card_id\"", StringComparison.Ordinal)));
        await server.AcceptAsync("""{"more":null,"events":[{"source":"elsewhere","id":"2","time":"2026-01-01","fields":null}]}""");
        await server.AppliedAsync();
        using var answer = await server.PostAsync(
            FeaturePaths.Read,
            """{"time":null,"reads":[{"view":"card-activity","version":1,"entity":{"card_id":42,"x":null},"request":{"amount":null}}]}""");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"events":[],"events":[]}""", "$.events")]
    [InlineData("""{"events":[{"id":null,"id":"1"}]}""", "$.events[0].id")]
    [InlineData("""{"events":[{"time":"2026-01-01","tim\u0065":"2026-01-02"}]}""", "$.events[0].time")]
    [InlineData("""{"events":[{"fields":{"card_id":1,"card\u005fid":2}}]}""", "$.events[0].fields.card_id")]
    public async Task A_member_of_a_post_may_not_occur_twice(string body, string place)
    {
        await using var server = await RunningFeatureServer.StartAsync();
        using var answer = await server.PostAsync(FeaturePaths.Events, body);
        Assert.Contains($"a member is duplicated ({place})", await RunningFeatureServer.DetailAsync(answer, 400), StringComparison.Ordinal);
    }

    private static async Task<RawMessage> SendAsync(RunningFeatureServer server, string request)
    {
        using var client = await RawConnection.ConnectAsync(IPEndPoint.Parse(server.Address.Authority));
        await client.SendAsync(Encoding.ASCII.GetBytes(request));
        return (await client.ReadMessageAsync(toHead: request.StartsWith("HEAD", StringComparison.Ordinal)))!;
    }
}
