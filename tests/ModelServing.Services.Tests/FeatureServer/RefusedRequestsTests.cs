using System.Net;
using ModelServing.Contracts.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;
using ModelServing.Services.Tests.OnlineStore;
using static ModelServing.Services.Tests.FeatureServer.SomePosts;

namespace ModelServing.Services.Tests.FeatureServer;

/// <summary>Requests that the feature server refuses, and what it says about them.</summary>
public sealed class RefusedRequestsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"id": "1", "time": "2026-01-01", "fields": {}}""", "events[1].source is missing")]
    [InlineData("""{"source": "p-q", "id": "1", "time": "2026-01-01"}""", "events[1].source is 'p-q'")]
    [InlineData("""{"source": "payments", "time": "2026-01-01"}""", "events[1].id is missing")]
    [InlineData("""{"source": "payments", "id": "", "time": "2026-01-01"}""", "events[1].id has 0 bytes")]
    [InlineData("""{"source": "payments", "id": "1"}""", "events[1].time is missing")]
    [InlineData("""{"source": "payments", "id": "1", "time": "yesterday"}""", "events[1].time must be")]
    [InlineData(
        """{"source": "payments", "id": "1", "time": "2200-01-01"}""",
        "events[1].time is 2200-01-01T00:00:00Z, which is in the future")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-02", "knownTime": "2026-01-01"}""", "events[1].knownTime is")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "amount": 1}""", "events[1].amount is not a member")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"a": [1]}}""", "events[1].fields.a is neither")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"a": 1e300}}""", "events[1].fields.a is 1e300")]
    [InlineData(
        """{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"a": 1, "a": 2}}""",
        "a member is duplicated ($.events[1].fields.a)")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"amount": 1}}""", "events[1]: ")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"card_id": 1, "amount": 1.005}}""", "amount")]
    [InlineData("3", "events[1] is not a JSON object")]
    [InlineData("""{"source": "payments", "id": "\ud800", "time": "2026-01-01"}""", "events[1].id: it has '\\ud800'")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"\udc00": 1}}""", "events[1].fields")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2300-01-01T00:00:00Z"}""", "events[1].time must be")]
    [InlineData("""{"source": "payments", "id": "1", "time": "2026-01-01", "fields": {"a": 1e-40}}""", "events[1].fields.a is 1e-40")]
    public async Task A_wrong_event_is_refused_with_its_place_and_nothing_of_the_post_is_logged(string wrong, string detail)
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AppliedAsync();
        using var answer = await server.PostAsync(FeaturePaths.Events, Events(Payment(1, 42, "1"), wrong));
        Assert.Contains(detail, await RunningFeatureServer.DetailAsync(answer, 400), StringComparison.Ordinal);
        Assert.Equal(0, (await server.AppliedAsync()).LastSequence);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("[]", 400)]
    [InlineData("""{"events": []}""", 400)]
    [InlineData("""{"event": []}""", 400)]
    [InlineData("""{"events": {}}""", 400)]
    [InlineData("""{"events": [{]}""", 400)]
    public async Task A_post_without_events_is_refused(string body, int status)
    {
        await using var server = await RunningFeatureServer.StartAsync();
        using var answer = await server.PostAsync(FeaturePaths.Events, body);
        Assert.NotEmpty(await RunningFeatureServer.DetailAsync(answer, status));
    }

    [Theory]
    [InlineData("""{"reads": [{"view": "shops", "version": 1, "entity": {"name": "\ud800"}}]}""", "reads[0].entity.name: it has")]
    [InlineData("""{"reads": [{"view": "shops", "version": 1, "entity": {"\udc00": "x"}}]}""", "surrogate")]
    [InlineData("""{"reads": [{"view": "shops", "version": 1, "entity": {"name": ""}}]}""", "reads[0].entity.name has 0 bytes")]
    [InlineData(
        """{"reads": [{"view": "shops", "version": 1, "entity": {"name": "x"}}], "time": "2300-01-01T00:00:00Z"}""",
        "time is 2300-01-01T00:00:00Z; it must be between 1970 and 2255")]
    public async Task A_wrong_read_is_refused_with_its_place(string wrong, string detail)
    {
        await using var server = await StartShopsAsync();
        using var answer = await server.PostAsync(FeaturePaths.Read, wrong);
        Assert.Contains(detail, await RunningFeatureServer.DetailAsync(answer, 400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bytes_of_a_key_are_counted_and_not_its_characters()
    {
        await using var server = await StartShopsAsync();
        foreach (var (euros, isRight) in ((int, bool)[])[(42, true), (43, false), (100, false)])
        {
            var name = new string('\u20ac', euros);
            using var answer = await server.PostAsync(
                FeaturePaths.Read, $$$"""{"reads": [{"view": "shops", "version": 1, "entity": {"name": "{{{name}}}"}}]}""");
            if (isRight)
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            else
                Assert.Contains($"{3 * euros} bytes", await RunningFeatureServer.DetailAsync(answer, 400), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_are_refused_with_their_place()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        foreach (var path in (string[])[FeaturePaths.Events, FeaturePaths.Read])
        {
            using var body = new ByteArrayContent([.. "{\"events\": [{\"id\": \""u8, 0xff, .. "\"}]}"u8]);
            using var answer = await server.Client.PostAsync(new Uri(server.Address, path), body, Token);
            Assert.Contains("events[0].id", await RunningFeatureServer.DetailAsync(answer, 400), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unknown_view_key_path_or_method_is_named()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        await server.AppliedAsync();
        using var view = await server.GetAsync(FeaturePaths.Entity("cards", 1) + "?card_id=1");
        Assert.Contains("'cards'", await RunningFeatureServer.DetailAsync(view, 404), StringComparison.Ordinal);
        using var key = await server.GetAsync(FeaturePaths.Entity("card-activity", 1) + "?card=1");
        Assert.Contains("card is neither", await RunningFeatureServer.DetailAsync(key, 400), StringComparison.Ordinal);
        using var twice = await server.GetAsync(FeaturePaths.Entity("card-activity", 1) + "?card_id=1&card_id=2");
        Assert.Contains("card_id is there 2 times", await RunningFeatureServer.DetailAsync(twice, 400), StringComparison.Ordinal);
        using var missing = await server.GetAsync(FeaturePaths.Entity("card-activity", 1));
        Assert.Contains("card_id", await RunningFeatureServer.DetailAsync(missing, 400), StringComparison.Ordinal);
        using var type = await server.GetAsync(FeaturePaths.Entity("card-activity", 1) + "?card_id=x");
        Assert.Contains("int64", await RunningFeatureServer.DetailAsync(type, 400), StringComparison.Ordinal);
        using var path = await server.GetAsync("/v1/feature");
        Assert.NotEmpty(await RunningFeatureServer.DetailAsync(path, 404));
        using var method = await server.GetAsync(FeaturePaths.Events);
        Assert.NotEmpty(await RunningFeatureServer.DetailAsync(method, 405));
    }

    // A read is judged by the view's definition, which is loaded after the start.
    private static async Task<RunningFeatureServer> StartShopsAsync()
    {
        var server = await RunningFeatureServer.StartAsync(
            static settings => settings with { Views = [new NamedView("shops", 1)] },
            SomeViews.CardActivity() with
            {
                View = ViewName.Parse("shops"),
                Entity = [new NamedType("name", new FieldType(FieldKind.String))],
            });
        await server.AppliedAsync();
        return server;
    }
}
