using System.Text.Json.Nodes;
using ModelServing.Stacks.Preview;
using ModelServing.Stacks.Preview.Cost;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Stacks.Preview.Cost;

public class PriceListTests
{
    private const string One = """
        { "currency": "USD", "hoursInMonth": 744, "sources": { "list": { "date": "2026-01-05", "text": "a list" } }, "prices": [ENTRY] }
        """;

    [Fact]
    public void The_repositorys_list_names_a_source_and_a_date_for_every_price()
    {
        var list = PriceList.Read(Repository.Root);
        Assert.All(list.Prices.Values, static price => Assert.Equal(price.Value is null, price.Date is null));
        Assert.Contains(list.Prices.Values, static price => price.Value is not null);
        // A source that no price names, or that says nothing about where it is, is worth nothing.
        var root = JsonNode.Parse(File.ReadAllText(Repository.Combine(PriceList.FileName)))!;
        var named = root["prices"]!.AsArray().Select(static price => (string?)price!["source"]).OfType<string>().ToHashSet();
        Assert.Equal(named.Order(), root["sources"]!.AsObject().Select(static source => source.Key).Order());
        Assert.All(
            root["sources"]!.AsObject(),
            static source => Assert.Contains("https://", (string)source.Value!["text"]!, StringComparison.Ordinal));
    }

    [Fact]
    public void A_price_of_null_or_without_an_entry_is_unknown()
    {
        var list = Parse("""
            { "name": "a", "unit": "hour", "price": null }, { "name": "b", "unit": "hour", "price": 0.5, "source": "list" }
            """);
        Assert.Equal((null, 0.5m, null), (list.Find("a"), list.Find("b"), list.Find("c")));
        Assert.Equal(new DateOnly(2026, 1, 5), list.Dates.Newest);
    }

    [Theory]
    [InlineData("""{ "name": "a", "unit": "hour", "price": 1 }""", "'a' has no source")]
    [InlineData("""{ "name": "a", "unit": "hour", "price": 1, "source": "x" }""", "names the source 'x', which is not among the sources")]
    [InlineData("""{ "name": "a", "unit": "hour", "price": -1, "source": "list" }""", "the price of 'a' is -1")]
    [InlineData("""{ "name": "a", "price": 1, "source": "list" }""", "'a' has no unit")]
    [InlineData("""{ "name": "a", "unit": "h", "price": null }, { "name": "a", "unit": "h", "price": null }""", "'a' has two prices")]
    [InlineData("""{ "name": "a", "unit": "h", "price": "1" }""", PriceList.FileName)]
    [InlineData("{", PriceList.FileName)]
    public void A_list_with_a_fault_is_refused_with_its_place(string entry, string message)
    {
        var e = Assert.Throws<PreviewException>(() => Parse(entry));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(PriceList.FileName, e.Message, StringComparison.Ordinal);
    }

    internal static PriceList Parse(string entries) => PriceList.Parse(One.Replace("ENTRY", entries, StringComparison.Ordinal));
}
