using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

/// <summary>The settings of an inference service that serves a pool.</summary>
public sealed class PooledSettingsTests
{
    [Fact]
    public void An_inference_service_serves_either_a_pool_or_one_version()
    {
        var pool = new InferenceSettings
        {
            Pool = "file:p",
            PoolState = "s",
            PoolPatience = TimeSpan.FromSeconds(9),
            ModelsBytes = 5,
            Registry = "r",
        };
        Assert.Equal(pool, new InferenceSettings(Environment(pool.ToEnvironment())));
        Assert.Equal(
            "the environment variable MODELSERVING_POOL is set, and so is MODELSERVING_MODEL; a service serves either a pool or one " +
                "version",
            Refused(("MODELSERVING_POOL", "file:p"), ("MODELSERVING_MODEL", "m"), ("MODELSERVING_VERSION", "1")));
        Assert.Equal(
            "the environment variable MODELSERVING_POOL is set, and so is MODELSERVING_VERSION; a service serves either a pool or one " +
                "version",
            Refused(("MODELSERVING_POOL", "file:p"), ("MODELSERVING_VERSION", "1")));
        Assert.StartsWith("the environment variable MODELSERVING_MODEL is not set; it must be a model's name", Refused());
        Assert.StartsWith("the environment variable MODELSERVING_VERSION is not set; it must be", Refused(("MODELSERVING_MODEL", "m")));
        Assert.Equal(
            "the environment variable MODELSERVING_POOL is 'p'; it must be file:PATH",
            Refused(("MODELSERVING_POOL", "p")));

        static string Refused(params (string Name, string Value)[] variables) => Assert.Throws<ContractException>(
            () => new InferenceSettings(Environment(variables
                .Append((Name: "MODELSERVING_REGISTRY", Value: "r"))
                .ToDictionary(static one => one.Name, static one => one.Value)))).Message;
    }

    private static HostEnvironment Environment(IReadOnlyDictionary<string, string> variables) => new(variables.GetValueOrDefault);
}
