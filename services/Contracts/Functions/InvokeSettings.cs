using System.Text.RegularExpressions;

namespace ModelServing.Contracts;

/// <summary>What the functions' program is told when it calls a function of OCI instead of being one: <c>invoke ModelMetrics</c>, as the
/// cluster's CronJob does each minute.</summary>
public sealed partial record InvokeSettings
{
    /// <summary>The argument of the functions' program that makes it call a function; the function's <see cref="FunctionName"/> follows.</summary>
    public const string Command = "invoke";

    /// <summary>The OCID of the function.</summary>
    public required string InvokeFunction { get; init; }

    /// <summary>Where the function is called, as in <c>https://HOST</c>: it has a host of its own.</summary>
    public required string InvokeEndpoint { get; init; }

    /// <summary>How long the call may take: as long as the function may, and a little more. 65 s by default.</summary>
    public TimeSpan InvokeTimeout { get; init; } = TimeSpan.FromSeconds(65);

    /// <summary>The form of the log lines; null is <c>text</c> on a terminal and <c>json</c> elsewhere.</summary>
    public LogFormat? LogFormat { get; init; }

    /// <summary>How OCI is asked.</summary>
    public required OciSettings Oci { get; init; }

    /// <summary>Makes settings of defaults.</summary>
    public InvokeSettings()
    {
    }

    /// <summary>Reads the settings from the environment.</summary>
    /// <exception cref="ContractException">A variable is missing or has a value that can't be one; the message names it.</exception>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public InvokeSettings(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        const string Ocid = "a function's OCID";
        const string Address = "an https address without a path, as in https://HOST";
        InvokeFunction = environment.Require(nameof(InvokeFunction), Ocid);
        if (!OcidForm.IsMatch(InvokeFunction))
            throw HostEnvironment.Wrong(nameof(InvokeFunction), InvokeFunction, Ocid);
        InvokeEndpoint = environment.Require(nameof(InvokeEndpoint), Address);
        if (!Uri.TryCreate(InvokeEndpoint, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps || address.PathAndQuery != "/" || address.UserInfo.Length > 0)
            throw HostEnvironment.Wrong(nameof(InvokeEndpoint), InvokeEndpoint, Address);
        InvokeTimeout = environment.ReadSeconds(nameof(InvokeTimeout), InvokeTimeout);
        LogFormat = HostSettings.ReadLogFormat(environment);
        Oci = OciSettings.Read(environment) ?? throw new ContractException($"the environment variable {OciSettings.IdentityVariable} is not set; it has to be {OciIdentities.Form}");
    }

    /// <summary>The environment variables that give these settings to the program.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [HostEnvironment.NameOf(nameof(InvokeFunction))] = InvokeFunction,
            [HostEnvironment.NameOf(nameof(InvokeEndpoint))] = InvokeEndpoint,
            [HostEnvironment.NameOf(nameof(InvokeTimeout))] = HostEnvironment.Seconds(InvokeTimeout),
        };
        HostSettings.WriteLogFormat(variables, LogFormat);
        Oci.Write(variables);
        return variables;
    }

    [GeneratedRegex(@"\Aocid1\.fnfunc\.[A-Za-z0-9.-]+\z")]
    private static partial Regex OcidForm { get; }
}
