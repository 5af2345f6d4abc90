using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class CacheSettingsTests
{
    [Fact]
    public void The_settings_survive_the_round_trip_through_their_variables()
    {
        foreach (var settings in (CacheSettings[])
        [
            new() { Addresses = ["127.0.0.1:6379"] },
            new() { Addresses = ["cache-1.example:6379", "[::1]:6380"], User = "ms", Password = "p,w d=", Tls = true },
        ])
        {
            var variables = new Dictionary<string, string>();
            settings.Write(variables);
            var read = CacheSettings.Read(new HostEnvironment(name => variables.GetValueOrDefault(name)))!;
            Assert.Equal((settings.User, settings.Password, settings.Tls), (read.User, read.Password, read.Tls));
            Assert.Equal(settings.Addresses, read.Addresses);
        }
    }

    [Fact]
    public void Without_an_address_there_is_no_cache() => Assert.Null(CacheSettings.Read(new HostEnvironment(static _ => null)));

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:0")]
    [InlineData("localhost:65536")]
    [InlineData("localhost:6379,")]
    [InlineData("redis://localhost:6379")]
    [InlineData("::1:6379")]
    public void A_text_that_is_not_an_address_is_refused(string text) => Assert.Equal(
        $"the environment variable MODELSERVING_CACHE is '{text}'; it must be HOST:PORT, or several separated by ','",
        Assert.Throws<ContractException>(() => CacheSettings.Read(new HostEnvironment(name => name == CacheSettings.AddressesVariable
            ? text
            : null))).Message);

    [Fact]
    public void The_password_is_not_shown() =>
        Assert.Equal(
            "a:1,b:2 with TLS as ms",
            new CacheSettings { Addresses = ["a:1", "b:2"], Password = "secret", User = "ms", Tls = true }.ToString());
}
