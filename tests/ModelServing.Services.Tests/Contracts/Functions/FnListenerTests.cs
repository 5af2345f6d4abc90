using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Services.Tests.Contracts.Functions;

public class FnListenerTests
{
    private static readonly string Longest = "/" + new string('a', FnListener.MaxPathBytes - 1);

    [Fact]
    public void A_functions_settings_survive_the_round_trip_through_their_variables()
    {
        var settings = new FunctionsHostSettings
        {
            Function = FunctionName.Rollback,
            Journal = "sqlite:/j",
            Listener = new FnListener { Path = "/tmp/iofs/lsnr.sock", LogFrameName = "n", LogFrameHeader = "h" },
        };
        Assert.Equal(settings, new FunctionsHostSettings(new HostEnvironment(name => settings.ToEnvironment().GetValueOrDefault(name))));
    }

    [Fact]
    public void The_longest_path_of_a_socket_is_accepted() =>
        Assert.Equal(Longest, Read(("FN_LISTENER", "unix:" + Longest), ("FN_FORMAT", "http-stream")).Listener!.Path);

    [Fact]
    public void Without_a_listener_the_other_variables_are_ignored() => Assert.Null(Read(("FN_FORMAT", "json")).Listener);

    [Theory]
    [InlineData(
        "the environment variable FN_LISTENER is '/tmp/lsnr.sock'; it must be unix: and a file's absolute path, as in " +
            "unix:/tmp/iofs/lsnr.sock",
        "/tmp/lsnr.sock",
        "http-stream")]
    [InlineData(
        "the environment variable FN_LISTENER is 'unix:lsnr.sock'; it must be unix: and a file's absolute path, as in " +
            "unix:/tmp/iofs/lsnr.sock",
        "unix:lsnr.sock",
        "http-stream")]
    [InlineData(
        "the environment variable FN_LISTENER is 'unix:'; it must be unix: and a file's absolute path, as in unix:/tmp/iofs/lsnr.sock",
        "unix:",
        "http-stream")]
    [InlineData("the environment variable FN_FORMAT is not set; where FN_LISTENER is, it must be http-stream", "unix:/tmp/lsnr.sock", null)]
    [InlineData("the environment variable FN_FORMAT is 'json'; it must be http-stream", "unix:/tmp/lsnr.sock", "json")]
    public void A_wrong_variable_is_named(string message, string listener, string? format) =>
        Assert.Equal(message, Assert.Throws<ContractException>(() => Read(("FN_LISTENER", listener), ("FN_FORMAT", format))).Message);

    [Fact]
    public void A_path_that_is_too_long_for_a_socket_is_refused() =>
        Assert.EndsWith(
            "it must be unix: and a path of at most 107 bytes; this one has 108",
            Assert.Throws<ContractException>(() => Read(("FN_LISTENER", $"unix:{Longest}b"), ("FN_FORMAT", "http-stream"))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_socket_requires_a_function() =>
        Assert.StartsWith(
            "the environment variable MODELSERVING_FUNCTION is not set; where FN_LISTENER is, it must be one of Rollback, ",
            Assert.Throws<ContractException>(() => Read(
                ("MODELSERVING_FUNCTION", null),
                ("FN_LISTENER", "unix:/tmp/lsnr.sock"),
                ("FN_FORMAT", "http-stream"))).Message,
            StringComparison.Ordinal);

    private static FunctionsHostSettings Read(params (string Name, string? Value)[] variables)
    {
        var all = new Dictionary<string, string?> { ["MODELSERVING_JOURNAL"] = "sqlite:/j", ["MODELSERVING_FUNCTION"] = "Rollback" };
        foreach (var (name, value) in variables)
            all[name] = value;
        return new FunctionsHostSettings(new HostEnvironment(name => all.GetValueOrDefault(name)));
    }
}
