using ModelServing.Settings.Views;
using ModelServing.TestKit;
using NJsonSchema;
using YamlDotNet.RepresentationModel;

namespace ModelServing.Services.Tests.Settings.Views;

public class ViewSchemaTests
{
    [Fact]
    public void The_schema_in_docs_is_up_to_date() =>
        Assert.Equal(ViewSchema.Write(), File.ReadAllText(Repository.Combine("docs", "feature-view.schema.json")));

    [Theory]
    [InlineData("tail: 256", "tail: 256", true)]
    [InlineData("ttl: 40d", "ttl: 40", false)]
    [InlineData("view: card-activity\n", "", false)]
    [InlineData("lateness: 1h", "latenes: 1h", false)]
    [InlineData("mean: payments.amount", "mean: payments", false)]
    [InlineData("mean: payments.amount", "maen: payments.amount", false)]
    [InlineData("count: payments, window: 1d", "count: payments, sum: payments.amount, window: 1d", false)]
    [InlineData("count: payments, window: 1d", "count: payments", false)]
    [InlineData("[card_count_1d, card_count_30d]", "[card_count_1d]", false)]
    [InlineData("[card_count_1d, card_count_30d], default: 0", "[card_count_1d, card_count_30d], window: 1d", false)]
    [InlineData("is_night: if(hour(time) <= 6, 1, 0)", "is_night: { valu: 1 }", false)]
    [InlineData("is_night: if(hour(time) <= 6, 1, 0)", "one: 1", true)]
    public async Task The_schema_agrees_with_the_reader(string old, string changed, bool isGood)
    {
        var yaml = ViewFileTests.Card.ReplaceLineEndings("\n").Replace(old, changed, StringComparison.Ordinal);
        Assert.Equal(isGood, ViewFile.Parse(yaml).Faults.Count == 0);
        var schema = await JsonSchema.FromJsonAsync(ViewSchema.Write(), TestContext.Current.CancellationToken);
        var errors = schema.Validate(Json(yaml));
        Assert.True(isGood == (errors.Count == 0), string.Join("; ", errors));
    }

    private static string Json(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Json(stream.Documents[0].RootNode);
    }

    private static string Json(YamlNode node) => node switch
    {
        YamlMappingNode map => $"{{{string.Join(',', map.Children.Select(static pair => $"{Json(pair.Key)}:{Json(pair.Value)}"))}}}",
        YamlSequenceNode list => $"[{string.Join(',', list.Children.Select(Json))}]",
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: { } number } when long.TryParse(number, out _) => number,
        _ => System.Text.Json.JsonSerializer.Serialize(((YamlScalarNode)node).Value),
    };
}
