using ModelServing.Cache.Features;

namespace ModelServing.Services.Tests.Cache.Features;

public sealed class FeatureKeysTests
{
    [Fact]
    public void The_entity_is_the_hash_tag() =>
        Assert.Equal("ms:dev:f:card-activity:12:{a%3A7}", new FeatureKeys("dev", "card-activity", 12).ForEntity("a%3A7").Text);

    [Theory]
    [InlineData("a}b")]
    [InlineData("{")]
    [InlineData("ü")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public void An_entity_that_is_not_escaped_is_refused(string entity) =>
        Assert.Throws<ArgumentException>(() => new FeatureKeys("dev", "cards", 1).ForEntity(entity));

    [Theory]
    [InlineData("dev", "Cards", 1)]
    [InlineData("dev", "", 1)]
    [InlineData("d:v", "cards", 1)]
    [InlineData("dev", "cards", 0)]
    public void Names_that_are_not_valid_in_a_key_are_refused(string environment, string view, int version) =>
        Assert.ThrowsAny<ArgumentException>(() => new FeatureKeys(environment, view, version));
}
