namespace ModelServing.Contracts.Functions;

/// <summary>What the functions' program is started with when it calls a function of OCI and ends (<c>invoke NAME</c>).</summary>
public sealed record InvocationSettings
{
    /// <summary>The argument that has the program do that, before the function's name.</summary>
    public const string Command = "invoke";

    /// <summary>The variable of <see cref="FunctionId"/>.</summary>
    public const string FunctionIdVariable = HostSettings.Prefix + "INVOKE_FUNCTION";

    /// <summary>The variable of <see cref="Endpoint"/>.</summary>
    public const string EndpointVariable = HostSettings.Prefix + "INVOKE_ENDPOINT";

    private const string OcidStart = "ocid1.fnfunc.";

    /// <summary>The function's OCID.</summary>
    public required string FunctionId { get; init; }

    /// <summary>Where the function is called: its own property <c>invokeEndpoint</c>, as in
    /// <c>https://ID.eu-frankfurt-1.functions.oci.oraclecloud.com</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>How long to wait for its answer in all. 55 s by default: who calls each minute is done before the next.</summary>
    public TimeSpan InvokeTimeout { get; init; } = TimeSpan.FromSeconds(55);

    /// <summary>How OCI is asked.</summary>
    public required OciSettings Oci { get; init; }

    /// <summary>The arguments that call a function.</summary>
    public static IReadOnlyList<string> Arguments(FunctionName function) => [Command, function.ToString()];

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or has a value that can't be one; the message names it.</exception>
    public static InvocationSettings Read(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var id = Require(environment, FunctionIdVariable, "a function's OCID");
        if (!id.StartsWith(OcidStart, StringComparison.Ordinal))
            throw new ContractException($"the environment variable {FunctionIdVariable} is '{id}'; it has to be a function's OCID, which begins with {OcidStart}");
        var endpoint = Require(environment, EndpointVariable, "the function's invoke endpoint");
        // The SDK drops a path without a word.
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.PathAndQuery != "/")
            throw new ContractException($"the environment variable {EndpointVariable} is '{endpoint}'; it has to be an address without a path, as in https://HOST");
        var settings = new InvocationSettings
        {
            FunctionId = id,
            Endpoint = endpoint,
            Oci = OciSettings.Read(environment) ?? throw new ContractException($"the environment variable {OciSettings.IdentityVariable} is not set; it has to be {OciIdentities.Form}"),
        };
        var timeout = environment.ReadSeconds(nameof(InvokeTimeout), settings.InvokeTimeout);
        return timeout > TimeSpan.Zero ? settings with { InvokeTimeout = timeout } : throw HostEnvironment.Wrong(nameof(InvokeTimeout), "0", "more than 0 seconds");
    }

    /// <summary>The environment variables that give these settings to the program.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [FunctionIdVariable] = FunctionId,
            [EndpointVariable] = Endpoint,
            [HostEnvironment.NameOf(nameof(InvokeTimeout))] = HostEnvironment.Seconds(InvokeTimeout),
        };
        Oci.Write(variables);
        return variables;
    }

    private static string Require(HostEnvironment environment, string variable, string what) => environment.Get(variable)
        ?? throw new ContractException($"the environment variable {variable} is not set; it has to be {what}");
}
