using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class ClientsDocumentTests
{
    private const string Hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private const string Text = $$"""
        {
          "schema": 1,
          "anonymous": false,
          "clients": {
            "shop": {
              "keyHashes": [
                "{{Hash}}"
              ],
              "role": "tester",
              "limit": {
                "requestsPerSecond": 0.5,
                "burst": 10
              }
            }
          },
          "tokens": {
            "issuers": [
              "https://idp.example.com/"
            ],
            "audiences": [
              "modelserving"
            ],
            "keysUri": "https://idp.example.com/jwks",
            "clockSkewSeconds": 60,
            "clientClaim": "sub",
            "roles": {
              "claim": "groups",
              "testers": [],
              "operators": [
                "ops"
              ]
            },
            "limit": {
              "requestsPerSecond": 100,
              "burst": 200
            }
          }
        }

        """;

    [Fact]
    public void It_reads_and_writes_the_documented_form()
    {
        var document = Parse(Text);
        Assert.Equal(
            (ClientRole.Tester, new ClientLimit(0.5m, 10)),
            (document.Clients[ModelName.Parse("shop")].Role, document.Clients[ModelName.Parse("shop")].Limit));
        Assert.Equal(Text, Encoding.UTF8.GetString(document.ToUtf8()));
    }

    [Theory]
    [InlineData("\"schema\": 1,", "\"schema\": 2,", "the clients document has schema 2; this program reads schema 1")]
    [InlineData("\"anonymous\": false,", "", "anonymous")]
    [InlineData("\"shop\"", "\"Shop\"", "Shop")]
    [InlineData(
        "\"role\": \"tester\"",
        "\"role\": \"admin\"",
        "a role is 'caller', 'tester', 'reporter' or 'operator' ($.clients.shop.role, line 9)")]
    [InlineData("\"role\": \"tester\"", "\"role\": 2", "a role is")]
    [InlineData("\"role\": \"tester\"", "\"role\": \"Tester\"", "a role is")]
    [InlineData("\"role\": \"tester\"", "\"role\": \"caller, tester\"", "a role is")]
    [InlineData("\"role\"", "\"rolle\"", "rolle")]
    [InlineData(Hash, "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08", "clients.shop.keyHashes[0] is not a SHA-256")]
    [InlineData(Hash, "msk_abc", "clients.shop.keyHashes[0] is not a SHA-256")]
    [InlineData($"\"{Hash}\"", "", "clients.shop.keyHashes is empty")]
    [InlineData($"\"{Hash}\"", "null", "clients.shop.keyHashes[0] is not a SHA-256")]
    [InlineData($"\"{Hash}\"", $"\"{Hash}\", \"{Hash}\"", "belongs to shop too")]
    [InlineData(
        "\"requestsPerSecond\": 0.5",
        "\"requestsPerSecond\": 0",
        "clients.shop.limit.requestsPerSecond is 0; it must be from 0.0001 to 1000000")]
    [InlineData("\"burst\": 10", "\"burst\": 0", "clients.shop.limit.burst is 0; it must be from 1 to 1000000")]
    [InlineData("\"burst\": 10", "\"burst\": 43201", "clients.shop.limit.burst is 43201, which takes more than a day to refill")]
    [InlineData("\"https://idp.example.com/\"", "", "tokens.issuers is empty")]
    [InlineData("\"modelserving\"", "\"\"", "tokens.audiences[0] is empty")]
    [InlineData(
        "https://idp.example.com/jwks",
        "http://idp.example.com/jwks",
        "tokens.keysUri is 'http://idp.example.com/jwks'; it must be an https address, or an http one on a loopback address")]
    [InlineData("https://idp.example.com/jwks", "file:///etc/passwd", "tokens.keysUri")]
    [InlineData("https://idp.example.com/jwks", "http://127.0.0.1.example.com/", "tokens.keysUri")]
    [InlineData("https://idp.example.com/jwks", "https://user:secret@idp.example.com/", "tokens.keysUri")]
    [InlineData("\"clockSkewSeconds\": 60", "\"clockSkewSeconds\": 301", "tokens.clockSkewSeconds is 301; it must be from 0 to 300")]
    [InlineData("\"clientClaim\": \"sub\"", "\"clientClaim\": \"\"", "tokens.clientClaim is empty")]
    [InlineData("\"claim\": \"groups\"", "\"claim\": \"\"", "tokens.roles.claim is empty")]
    [InlineData("\"ops\"", "\"\"", "tokens.roles.operators[0] is empty")]
    [InlineData("\"testers\": []", "\"testers\": [], \"reporters\": [\"\"]", "tokens.roles.reporters[0] is empty")]
    public void The_error_names_the_broken_rule(string part, string instead, string message)
    {
        Assert.Contains(part, Text, StringComparison.Ordinal);
        var e = Assert.Throws<ContractException>(() => Parse(Text.Replace(part, instead, StringComparison.Ordinal)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reporters_are_read_and_written_and_may_be_absent()
    {
        const string Reporters = "\"testers\": [],\n      \"reporters\": [\n        \"etl\"\n      ],";
        var text = Text.Replace("\"testers\": [],", Reporters, StringComparison.Ordinal)
            .Replace("\"role\": \"tester\"", "\"role\": \"reporter\"", StringComparison.Ordinal);
        var document = Parse(text);
        Assert.Equal(ClientRole.Reporter, document.Clients[ModelName.Parse("shop")].Role);
        Assert.Equal(["etl"], document.Tokens!.Roles!.Reporters!);
        Assert.Equal(text, Encoding.UTF8.GetString(document.ToUtf8()));
        Assert.Null(Parse(Text).Tokens!.Roles!.Reporters);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8081/keys")]
    [InlineData("http://[::1]/keys")]
    [InlineData("http://localhost:1/")]
    public void Keys_can_come_by_http_from_this_machine(string uri) => Assert.True(TokenRules.IsKeysUri(uri));

    [Fact]
    public void Two_clients_cannot_have_the_same_key()
    {
        var entry = new ClientEntry { KeyHashes = [Hash], Role = ClientRole.Caller };
        var document = new ClientsDocument
        {
            Schema = 1,
            Anonymous = false,
            Clients = new() { [ModelName.Parse("a")] = entry, [ModelName.Parse("b")] = entry },
        };
        var e = Assert.Throws<ContractException>(() => ClientsDocument.Parse(document.ToUtf8()));
        Assert.Equal($"clients.b.keyHashes: {Hash} belongs to a too; a key belongs to one client", e.Message);
    }

    [Fact]
    public void The_number_of_keys_is_limited()
    {
        ClientsDocument WithKeys(int count) => new()
        {
            Schema = 1,
            Anonymous = false,
            Clients = new()
            {
                [ModelName.Parse("a")] = new ClientEntry
                {
                    KeyHashes = [.. Enumerable.Range(0, count).Select(static i => ApiKey.HashOf($"{i}"))],
                    Role = ClientRole.Caller,
                },
            },
        };
        Assert.Equal(
            ClientsDocument.MaxKeys,
            ClientsDocument.Parse(WithKeys(ClientsDocument.MaxKeys).ToUtf8()).Clients.Single().Value.KeyHashes.Count);
        Assert.Throws<ContractException>(() => ClientsDocument.Parse(WithKeys(ClientsDocument.MaxKeys + 1).ToUtf8()));
    }

    [Fact]
    public void A_key_is_256_random_bits_and_its_hash_is_sha256()
    {
        var keys = Enumerable.Range(0, 100).Select(static _ => ApiKey.Make()).ToHashSet();
        Assert.Equal(100, keys.Count);
        Assert.All(keys, static key => Assert.Matches("^msk_[A-Za-z0-9_-]{43}$", key));
        // The digest of "test", computed by another program.
        Assert.Equal(Hash, ApiKey.HashOf("test"));
    }

    private static ClientsDocument Parse(string text) => ClientsDocument.Parse(Encoding.UTF8.GetBytes(text));
}
