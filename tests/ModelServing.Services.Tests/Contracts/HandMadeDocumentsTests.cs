using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Router.Clients;
using ModelServing.Services.Tests.Router.Clients;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Contracts;

/// <summary>The documents that hosts read, without one member or with null in its place, as a person may write them. Each works with the
/// documented default, or is refused with an error that says what is missing.</summary>
public class HandMadeDocumentsTests
{
    private const string Clients = """
        {
          "schema": 1,
          "anonymous": false,
          "clients": {
            "shop": {
              "keyHashes": ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
              "role": "tester",
              "limit": { "requestsPerSecond": 0.5, "burst": 10 }
            }
          },
          "tokens": {
            "issuers": ["https://idp.example.com/"],
            "audiences": ["modelserving"],
            "keysUri": "https://idp.example.com/jwks",
            "clockSkewSeconds": 30,
            "clientClaim": "client",
            "roles": { "claim": "groups", "testers": ["qa"], "operators": ["ops"] },
            "limit": { "requestsPerSecond": 100, "burst": 200 }
          }
        }
        """;

    private const string Plan = """
        {
          "schema": 1,
          "rollouts": {
            "fraud": {
              "revision": "r1",
              "deadlineMilliseconds": 1000,
              "attemptLimitMilliseconds": 500,
              "routingKeyHeader": "x-customer",
              "experiment": "q4",
              "guard": {
                "tolerance": 1.5,
                "falseAlarm": 0.001,
                "slowerThanMilliseconds": 400,
                "maxErrorRate": 0.5,
                "unreachableForMilliseconds": 60000
              },
              "variants": [
                { "name": "a", "version": 2, "weight": 500 },
                { "name": "stable", "version": 1, "weight": 9500 }
              ],
              "keptWarm": [3]
            }
          }
        }
        """;

    private const string Endpoints = """
        {
          "schema": 1,
          "endpoints": [ { "model": "fraud", "version": 1, "address": "127.0.0.1:40001", "process": 7 } ]
        }
        """;

    public static TheoryData<string, string, bool> Members
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var (document, text) in (ReadOnlySpan<(string, string)>)[
                (nameof(Clients), Clients), (nameof(Plan), Plan), (nameof(Endpoints), Endpoints)])
            {
                foreach (var path in PathsOf(JsonNode.Parse(text)!))
                {
                    data.Add(document, path, false);
                    data.Add(document, path, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Members))]
    public async Task A_member_that_is_missing_or_null_is_a_default_or_an_error(string document, string path, bool isNull)
    {
        var text = TextOf(document);
        var root = JsonNode.Parse(text)!;
        Change(root, path, isNull);
        var changed = Encoding.UTF8.GetBytes(root.ToJsonString());
        try
        {
            await UseAsync(document, changed);
        }
        catch (ContractException e)
        {
            Assert.NotEmpty(e.Message);
            Assert.Contains(NameOf(path), e.Message, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Every_document_works_as_it_stands()
    {
        foreach (var document in (string[])[nameof(Clients), nameof(Plan), nameof(Endpoints)])
            await UseAsync(document, Encoding.UTF8.GetBytes(TextOf(document)));
    }

    [Fact]
    public void Token_rules_have_their_documented_defaults()
    {
        var root = JsonNode.Parse(Clients)!;
        foreach (var member in (string[])["clockSkewSeconds", "clientClaim", "roles", "limit"])
            root["tokens"]!.AsObject().Remove(member);

        var rules = ClientsDocument.Parse(Encoding.UTF8.GetBytes(root.ToJsonString())).Tokens!;

        Assert.Equal((60, "sub", null, null), (rules.ClockSkewSeconds, rules.ClientClaim, rules.Roles, rules.Limit));
    }

    [Theory]
    [InlineData("clientClaim", "the clients document can't be read: ")]
    [InlineData("issuers", "the clients document can't be read: ")]
    public void Null_in_place_of_a_text_is_refused(string member, string message)
    {
        var root = JsonNode.Parse(Clients)!;
        root["tokens"]![member] = null;
        var e = Assert.Throws<ContractException>(() => ClientsDocument.Parse(Encoding.UTF8.GetBytes(root.ToJsonString())));
        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
        Assert.Contains(member, e.Message, StringComparison.OrdinalIgnoreCase);
    }

    // As a router uses it: whatever is accepted must not fail later.
    private static async Task UseAsync(string document, byte[] utf8)
    {
        switch (document)
        {
            case nameof(Clients):
                var clients = ClientsDocument.Parse(utf8);
                var time = new SteppedTime();
                await using (var issuer = new TokenIssuer())
                await using (var keys = new SomeKeySource(issuer, time))
                {
                    var validator = clients.Tokens is { } rules ? new TokenValidator(rules, keys.Source, time) : null;
                    Assert.NotNull(ClientTable.Build(clients, validator, null, time));
                }

                Assert.Equal(clients.ToUtf8(), ClientsDocument.Parse(clients.ToUtf8()).ToUtf8());
                break;
            case nameof(Plan):
                var plan = PlanDocument.Parse(utf8);
                Assert.All(plan.Rollouts, static pair => Assert.NotEmpty(pair.Value.Versions));
                Assert.Equal(plan.ToUtf8(), PlanDocument.Parse(plan.ToUtf8()).ToUtf8());
                break;
            default:
                var endpoints = EndpointsDocument.Parse(utf8);
                Assert.All(endpoints.Endpoints, static entry => Assert.NotNull(entry.Model));
                break;
        }
    }

    private static string TextOf(string document) => document switch
    {
        nameof(Clients) => Clients,
        nameof(Plan) => Plan,
        _ => Endpoints,
    };

    private static string NameOf(string path) => path.Split('/').Last(static part => !char.IsAsciiDigit(part[0]));

    private static IEnumerable<string> PathsOf(JsonNode node, string before = "") => node switch
    {
        JsonObject members => members.SelectMany(member =>
            PathsOf(member.Value!, $"{before}{member.Key}/").Prepend(before + member.Key)),
        JsonArray items => items.SelectMany((item, i) => PathsOf(item!, $"{before}{i}/").Prepend($"{before}{i}")),
        _ => [],
    };

    private static void Change(JsonNode root, string path, bool isNull)
    {
        var parts = path.Split('/');
        var parent = parts[..^1].Aggregate(root, static (node, part) => node is JsonArray items
            ? items[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)]!
            : node[part]!);
        if (parent is JsonArray array)
        {
            var index = int.Parse(parts[^1], System.Globalization.CultureInfo.InvariantCulture);
            if (isNull)
                array[index] = null;
            else
                array.RemoveAt(index);
        }
        else if (isNull)
        {
            parent[parts[^1]] = null;
        }
        else
        {
            parent.AsObject().Remove(parts[^1]);
        }
    }
}
