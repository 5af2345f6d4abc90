using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Services.Tests.Contracts;

public class CallerJsonTests
{
    private const string Id = "01J9Z3NDEKTSV4RRFFQ69G5FAV";

    [Theory]
    [InlineData("""{"a":null}""", "{}")]
    [InlineData("""{"a":null,"b":null}""", "{}")]
    [InlineData("""{"a":null,"b":1}""", """{"b":1}""")]
    [InlineData("""{"a":1,"b":null}""", """{"a":1}""")]
    [InlineData("""{"a":1,"b":null,"c":2}""", """{"a":1,"c":2}""")]
    [InlineData("""{"a":1,"b":null,"c":null}""", """{"a":1}""")]
    [InlineData("""{"a":{"b":null},"c":[{"d":null,"e":[null]}]}""", """{"a":{},"c":[{"e":[null]}]}""")]
    [InlineData("{\"a\" \n:\n null ,\n\"b\" : 1}", """{"b":1}""")]
    [InlineData("""[null,{"a":null}]""", "[null,{}]")]
    [InlineData("null", "null")]
    public void A_null_member_is_as_good_as_absent(string text, string same)
    {
        var read = Read(text);
        Assert.Equal(Encoding.UTF8.GetByteCount(text), Encoding.UTF8.GetByteCount(read));
        Assert.Equal(text.Count(static c => c == '\n'), read.Count(static c => c == '\n'));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(same), JsonNode.Parse(read)), read);
    }

    [Theory]
    [InlineData("""{"a":1,"a":1}""", "$.a")]
    [InlineData("""{"a":1,"\u0061":2}""", "$.a")]
    [InlineData("""{"a":null,"a":1}""", "$.a")]
    [InlineData("""{"a":1,"a":null}""", "$.a")]
    [InlineData("""{"a":[0,{"b":{"c":1,"\u0063":2}}]}""", "$.a[1].b.c")]
    [InlineData("""[{"x":1},{"x":1},{"x":1,"y":{},"x":1}]""", "$[2].x")]
    [InlineData("""{"":1,"":2}""", "$")]
    public void A_member_that_occurs_twice_is_named(string text, string place) =>
        Assert.Equal($"the text can't be read: a member is duplicated ({place})", Fault(text));

    [Fact]
    public void A_name_in_the_fault_is_short_and_visible()
    {
        var name = "\\u001b" + new string('n', 200);
        var fault = Fault($$"""{"{{name}}":1,"{{name}}":2}""");
        Assert.Contains("$.\uFFFDnnn", fault, StringComparison.Ordinal);
        Assert.InRange(fault.Length, 0, 150);
    }

    [Fact]
    public void Names_that_are_not_text_and_too_many_names_are_refused()
    {
        Assert.Equal("the text can't be read: the name of a member is not text ($.a)", Fault("""{"a":{"\ud800":1}}"""));
        var names = string.Join(',', Enumerable.Range(0, CallerJson.MaxMembers).Select(static i => $"\"{i}\":{i}"));
        Assert.Equal($"{{{names}}}", Read($"{{{names}}}"));
        Assert.StartsWith(
            "the text can't be read: an object has more than 1024 members", Fault($"{{{names},\"x\":0}}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"a":null""")]
    [InlineData("""{"a":null}}""")]
    [InlineData("""{"a":nul}""")]
    public void Text_that_is_not_JSON_is_left_to_its_reader(string text) => Assert.Equal(text, Read(text));

    [Fact]
    public void Any_document_means_the_same_without_its_null_members() => Gen.Byte.Array[0, 60].Sample(static choices =>
    {
        var node = Make(new Queue<byte>(choices), depth: 0);
        foreach (var indented in (bool[])[false, true])
        {
            var text = node?.ToJsonString(new JsonSerializerOptions { WriteIndented = indented }) ?? "null";
            Assert.True(JsonNode.DeepEquals(Without(node), JsonNode.Parse(Read(text))), text);
        }
    });

    [Fact]
    public void Documents_of_callers_are_read_so()
    {
        var rollback = RollbackRequest.Parse("""{"version":2,"who":null,"why":"x","force":null,"more":null}"""u8);
        Assert.Equal(new RollbackRequest(new ModelVersion(2), "x"), rollback);
        Assert.Equal(new ResetRequest(new ModelVersion(2), "x"), ResetRequest.Parse("""{"version":2,"who":null,"why":"x"}"""u8));
        var outcome = OutcomeBatch.Parse(Encoding.UTF8.GetBytes($$"""{"outcomes":[{"id":"{{Id}}","value":1,"observedAt":null}]}"""));
        Assert.Null(outcome.Outcomes[0].ObservedAt);
        Assert.Null(ObservedOutcome.Parse("""{"value":1,"observedAt":null,"more":null}"""u8).ObservedAt);
        var query = FeatureQuery.Parse("""{"time":null,"reads":[{"view":"v","version":1,"entity":{"k":1,"x":null},"request":null}]}"""u8);
        Assert.Equal(["k"], query.Reads[0].Entity.Keys);
        Assert.Empty(query.Reads[0].Request ?? new Dictionary<string, double>());
        foreach (var twice in (string[])["""{"version":2,"version":3,"why":"x"}""", """{"version":2,"why":"x","wh\u0079":"y"}"""])
        {
            Assert.Contains(
                "duplicated",
                Assert.Throws<ContractException>(() => RollbackRequest.Parse(Encoding.UTF8.GetBytes(twice))).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_message_names_a_type_of_the_program()
    {
        string[] wrong = ["{}", """{"version":"x","why":"y"}""", """{"version":2,"why":"x","more":1}""", """{"version":{},"why":1}"""];
        foreach (var text in wrong)
        {
            var fault = Assert.Throws<ContractException>(() => RollbackRequest.Parse(Encoding.UTF8.GetBytes(text))).Message;
            Assert.DoesNotContain("ModelServing.", fault, StringComparison.Ordinal);
        }
    }

    private static string Read(string text) => Encoding.UTF8.GetString(CallerJson.Read(Encoding.UTF8.GetBytes(text), "text"));

    private static string Fault(string text) => Assert.Throws<ContractException>(() => Read(text)).Message;

    private static JsonNode? Make(Queue<byte> choices, int depth)
    {
        var choice = choices.TryDequeue(out var next) ? next : 0;
        return (choice % 5) switch
        {
            0 => null,
            1 => JsonValue.Create(choice),
            2 => JsonValue.Create("a,\"b}"),
            3 when depth < 5 => new JsonArray([.. Enumerable.Range(0, choice / 64).Select(_ => Make(choices, depth + 1))]),
            4 when depth < 5 => new JsonObject(Enumerable.Range(0, choice / 50)
                .Select(i => KeyValuePair.Create($"m{i}", Make(choices, depth + 1)))),
            _ => JsonValue.Create(true),
        };
    }

    private static JsonNode? Without(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Where(static member => member.Value is not null)
            .Select(static member => KeyValuePair.Create(member.Key, Without(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Without)]),
        _ => node?.DeepClone(),
    };
}
