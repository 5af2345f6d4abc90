using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Services.Tests.Contracts.Predictions;

public class OutcomeBatchTests
{
    private const string Id = "01J9Z3NDEKTSV4RRFFQ69G5FAV";

    [Fact]
    public void Outcomes_of_every_kind_are_read()
    {
        var outcomes = Parse($$"""
            {"outcomes":[{"id":"{{Id}}","value":1},{"id":"{{Id.ToLowerInvariant()}}","value":false,
            "observedAt":"2026-11-28T11:00:00+01:00"},
            {"id":"{{Id}}","value":"chargeback","observedAt":null}]}
            """).Outcomes;
        Assert.Equal(["1", "false", "chargeback"], outcomes.Select(static outcome => outcome.Value.ToString()));
        Assert.All(outcomes, static outcome => Assert.Equal(Id, outcome.RequestId));
        Assert.Equal(new DateTimeOffset(2026, 11, 28, 10, 0, 0, TimeSpan.Zero), outcomes[1].ObservedAt);
        Assert.Equal(outcomes, Parse(Encoding.UTF8.GetString(new OutcomeBatch(outcomes).ToUtf8())).Outcomes);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("[]", "")]
    [InlineData("null", "null")]
    [InlineData("{}", "outcomes")]
    [InlineData("""{"outcomes":[]}""", "outcomes has 0 items; a request has from 1 to 1000")]
    [InlineData("""{"outcomes":null}""", "outcomes")]
    [InlineData("""{"outcomes":[null]}""", "outcomes[0] is null")]
    [InlineData("""{"outcomes":[OK,{"id":"x","value":1}]}""", "outcomes[1].id is 'x'; it must be the 26 characters of a ULID")]
    [InlineData("""{"outcomes":[OK,{"id":"81J9Z3NDEKTSV4RRFFQ69G5FAV","value":1}]}""", "outcomes[1].id")]
    [InlineData("""{"outcomes":[OK,{"id":"01J9Z3NDEKTSV4RRFFQ69G5FAU","value":1}]}""", "outcomes[1].id")]
    [InlineData("""{"outcomes":[OK,{"value":1}]}""", "$.outcomes[1]")]
    [InlineData("""{"outcomes":[OK,{"id":null,"value":1}]}""", "including: 'id'. ($.outcomes[1]")]
    [InlineData("""{"outcomes":[OK,OK,OK,{"id":"ID","value":{}}]}""", "$.outcomes[3].value")]
    [InlineData("""{"outcomes":[OK,{"id":"ID","value":null}]}""", "including: 'value'. ($.outcomes[1]")]
    [InlineData("""{"outcomes":[OK,{"id":"ID","value":1e999}]}""", "a value must be a finite number")]
    [InlineData("""{"outcomes":[OK,{"id":"ID"}]}""", "value")]
    [InlineData("""{"outcomes":[OK,{"id":"ID","value":1,"observedAt":"yesterday"}]}""", "$.outcomes[1].observedAt")]
    [InlineData("""{"outcomes":[OK,{"id":"ID","value":1,"value":2}]}""", "a member is duplicated ($.outcomes[1].value)")]
    [InlineData("""{"outcomes":[OK,{"id":"ID","value":1,"more":2}]}""", "$.outcomes[1].more")]
    [InlineData("""{"outcomes":[OK],"outcomes":[OK]}""", "outcomes")]
    [InlineData("""{"outcomes":[OK]}}""", "")]
    [InlineData("""{"outcomes":[{"id":"ID","value":"\ud800"}]}""", "$.outcomes[0].value")]
    public void The_error_names_the_place(string text, string message)
    {
        text = text.Replace("OK", """{"id":"ID","value":1}""", StringComparison.Ordinal).Replace("ID", Id, StringComparison.Ordinal);
        Assert.Contains(message, Assert.Throws<ContractException>(() => Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_is_limited_and_so_is_the_number_of_outcomes()
    {
        _ = Parse(Batch(OutcomeBatch.Most, "1"));
        Assert.Contains("1001 items", Assert.Throws<ContractException>(() => Parse(Batch(1001, "1"))).Message, StringComparison.Ordinal);
        _ = Parse(Batch(1, $"\"{new string('a', 256)}\""));
        Assert.Contains(
            "$.outcomes[0].value",
            Assert.Throws<ContractException>(() => Parse(Batch(1, $"\"{new string('a', 257)}\""))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-28", "2026-11-28T00:00:00Z")]
    [InlineData("2026-11-28T10:00", "2026-11-28T10:00:00Z")]
    [InlineData("2026-11-28T10:00:01.5", "2026-11-28T10:00:01.5Z")]
    [InlineData("2026-11-28T10:00:01.123456-05:00", "2026-11-28T15:00:01.123456Z")]
    public void A_time_without_an_offset_is_in_UTC(string text, string expected)
    {
        Assert.True(IsoTime.TryParse(text, out var time));
        Assert.Equal(expected, IsoTime.Write(time));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("28.11.2026")]
    [InlineData("2026-11-28 10:00")]
    [InlineData("2026-13-01")]
    public void Other_times_are_refused(string text) => Assert.False(IsoTime.TryParse(text, out _));

    private static string Batch(int count, string value) =>
        $$"""{"outcomes":[{{string.Join(',', Enumerable.Repeat($$"""{"id":"{{Id}}","value":{{value}}}""", count))}}]}""";

    private static OutcomeBatch Parse(string text) => OutcomeBatch.Parse(Encoding.UTF8.GetBytes(text));
}
