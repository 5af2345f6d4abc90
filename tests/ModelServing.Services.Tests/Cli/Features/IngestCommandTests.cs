using System.Globalization;
using ModelServing.Cli;
using ModelServing.Cli.Features;
using ModelServing.Contracts.Predictions;
using ModelServing.Services.Tests.FeatureServer;

namespace ModelServing.Services.Tests.Cli.Features;

public sealed class IngestCommandTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_posted_in_batches_and_its_features_can_be_read()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        using var client = new FeatureClient(server.Address, key: null);
        var lines = Enumerable.Range(0, 2500).Select(static number => Payment(number)).Append("").Append("  ");
        using var reader = new StringReader(string.Join('\n', lines));
        Assert.Equal((2500, 2500), await IngestCommand.PostAsync(client, reader, Token));
        await server.AppliedAsync();
        var answer = await client.ReadAsync(GetCommand.QueryOf("card-activity:1", ["card_id=3"], [], null), Token);
        Assert.Equal(250, answer.Reads[0].Features[0].Value);
    }

    [Fact]
    public async Task A_wrong_line_is_found_by_the_message()
    {
        await using var server = await RunningFeatureServer.StartAsync();
        using var client = new FeatureClient(server.Address, key: null);
        using var reader = new StringReader(string.Join('\n', Enumerable.Range(0, 1500).Select(static number =>
            number == 1200 ? """{"source": "payments"}""" : Payment(number))));
        var refused = await Assert.ThrowsAsync<CommandException>(() => IngestCommand.PostAsync(client, reader, Token));
        Assert.Equal(ExitCode.WrongInput, refused.ExitCode);
        Assert.Equal(
            [
                "events[200].id is missing",
                "events[0] is line 1001 of the file; the post has the lines to 1500, and nothing of it or after it is in the event log",
            ],
            refused.Lines);
        Assert.Equal(1000, (await server.AppliedAsync()).LastSequence);
    }

    [Theory]
    [InlineData("card-activity", "card_id=1", null, "'card-activity' is not a view and its version")]
    [InlineData("card-activity:x", "card_id=1", null, "is not a view and its version")]
    [InlineData("card-activity:1", "42", null, "'42' is not an entity's key")]
    [InlineData("card-activity:1", "card_id=1", "yesterday", "--time: 'yesterday'")]
    public void A_wrong_argument_is_named(string view, string entity, string? time, string message) => Assert.Contains(
        message,
        Assert.Throws<CommandException>(() => GetCommand.QueryOf(view, [entity], [], time)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_value_of_the_request_is_a_number()
    {
        Assert.Equal(12.5, GetCommand.QueryOf("card-activity:1", ["card_id=1"], ["amount=12.5"], null).Reads[0].Request!["amount"]);
        Assert.Throws<CommandException>(() => GetCommand.QueryOf("card-activity:1", ["card_id=1"], ["amount=much"], null));
    }

    private static string Payment(int number) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"source\": \"payments\", \"id\": \"{number}\", \"time\": \"{IsoTime.Write(DateTimeOffset.UtcNow.AddMinutes(-5))}\", " +
            $"\"fields\": {{\"card_id\": {number % 10}, \"amount\": 1.5}}}}");
}
