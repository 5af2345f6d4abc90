using System.Text;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Clients;

public class ValidatedTokensTests
{
    private static readonly DateTimeOffset Now = new SetTime().Now;

    [Fact]
    public void A_token_is_found_until_it_expires()
    {
        var tokens = new ValidatedTokens(Keys());
        var client = new Client("a", ClientRole.Caller);
        tokens.Add(TokenHash.Compute("one"), client, Now.AddSeconds(10));
        Assert.Same(client, tokens.Find(TokenHash.Compute("one"), Now.AddSeconds(9.999)));
        Assert.Null(tokens.Find(TokenHash.Compute("one"), Now.AddSeconds(10)));
        Assert.Null(tokens.Find(TokenHash.Compute("another"), Now));
    }

    [Fact]
    public void However_many_tokens_come_it_keeps_the_newest_and_those_in_use()
    {
        var tokens = new ValidatedTokens(Keys(), maxTokens: 100);
        var client = new Client("a", ClientRole.Caller);
        tokens.Add(TokenHash.Compute("in use"), client, Now.AddSeconds(10));
        for (var i = 0; i < 10_000; i++)
        {
            tokens.Add(TokenHash.Compute($"{i}"), client, Now.AddSeconds(10));
            Assert.InRange(tokens.Count, 1, 100);
            Assert.NotNull(tokens.Find(TokenHash.Compute("in use"), Now));
            Assert.NotNull(tokens.Find(TokenHash.Compute($"{i}"), Now));
        }

        Assert.Null(tokens.Find(TokenHash.Compute("0"), Now));
    }

    private static TokenKeys Keys() => TokenKeys.Parse(Encoding.UTF8.GetBytes(TokenKeysTests.Rsa));
}
