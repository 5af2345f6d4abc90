namespace ModelServing.Contracts.Functions;

/// <summary>The settings of the functions' program when it calls one function of OCI and exits (<c>invoke NAME</c>).</summary>
public sealed record InvocationSettings
{
    /// <summary>The argument that selects this, before the function's name.</summary>
    public const string Command = "invoke";

    /// <summary>The variable of <see cref="FunctionId"/>.</summary>
    public const string FunctionIdVariable = HostSettings.Prefix + "INVOKE_FUNCTION";

    /// <summary>The variable of <see cref="Endpoint"/>.</summary>
    public const string EndpointVariable = HostSettings.Prefix + "INVOKE_ENDPOINT";

    private const string OcidStart = "ocid1.fnfunc.";

    private static readonly HostSetting[] Table =
    [
        HostSetting.Value(
            nameof(FunctionId),
            $"a function's OCID, which begins with {OcidStart}",
            static text => text.StartsWith(OcidStart, StringComparison.Ordinal) ? text : null,
            isRequired: true,
            variable: FunctionIdVariable),
        HostSetting.Address(
            nameof(Endpoint),
            $"the function's invoke endpoint, {HostSetting.AddressForm}",
            isRequired: true,
            EndpointVariable),
        HostSetting.Seconds(nameof(InvokeTimeout), least: 0.001m),
        HostSetting.Group(nameof(Oci), ReadOci, static (oci, variables) => oci.Write(variables)),
    ];

    /// <summary>The function's OCID.</summary>
    public required string FunctionId { get; init; }

    /// <summary>The address of the function: its own property <c>invokeEndpoint</c>, as in
    /// <c>https://ID.eu-frankfurt-1.functions.oci.oraclecloud.com</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>How long to wait for its answer in all. 55 s by default: a call each minute is then over before the next one.</summary>
    public TimeSpan InvokeTimeout { get; init; } = TimeSpan.FromSeconds(55);

    public required OciSettings Oci { get; init; }

    /// <summary>The arguments that call a function.</summary>
    public static IReadOnlyList<string> Arguments(FunctionName function) => [Command, function.ToString()];

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or wrong; the message names it.</exception>
    public static InvocationSettings Read(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        // Every required row is read or throws.
        var settings = new InvocationSettings { FunctionId = "", Endpoint = "", Oci = null! };
        foreach (var setting in Table)
            setting.Read(environment, settings);
        return settings;
    }

    /// <summary>The environment variables that give these settings to the program.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in Table)
            setting.Write(this, variables);
        return variables;
    }

    private static OciSettings ReadOci(HostEnvironment environment) =>
        OciSettings.Read(environment) ?? throw HostEnvironment.Missing(OciSettings.IdentityVariable, OciIdentities.Form);
}
