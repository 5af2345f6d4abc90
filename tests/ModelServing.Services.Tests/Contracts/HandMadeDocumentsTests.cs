using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Clients;
using ModelServing.TestKit;
using ModelServing.TestKit.Hostile;

namespace ModelServing.Services.Tests.Contracts;

/// <summary>The documents of <c>tests/Hostile</c>, as a person may write them. Each works with the documented default, or is refused with
/// an error that says what is missing.</summary>
public class HandMadeDocumentsTests
{
    public static TheoryData<string> Documents =>
        [.. HostileDocument.All.Select(static document => document.ToString()).Distinct()];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task A_document_with_a_wrong_member_works_or_is_refused(string name)
    {
        foreach (var document in HostileDocument.All.Where(document => document.ToString() == name))
        {
            try
            {
                await UseAsync(document.Document, document.Utf8);
            }
            catch (ContractException e)
            {
                Assert.NotEmpty(e.Message);
                if (document.Member is { } member && HostileDocument.Missing.Contains(document))
                    Assert.Contains(member, e.Message, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public async Task Every_document_works_as_it_stands()
    {
        foreach (var (document, text) in HostileDocument.Bases)
            await UseAsync(document, Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void Token_rules_have_their_documented_defaults()
    {
        var root = JsonNode.Parse(HostileDocument.Bases["clients"])!;
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
        var root = JsonNode.Parse(HostileDocument.Bases["clients"])!;
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
            case "clients":
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
            case "plan":
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
}
