using System.Text;

namespace ModelServing.Contracts;

/// <summary>The environment variables that a host is started with. An empty variable counts as not set.</summary>
/// <param name="get">Returns a variable's value, or null if it is not set.</param>
public sealed class HostEnvironment(Func<string, string?> get)
{
    /// <summary>The environment of this process.</summary>
    public static HostEnvironment OfProcess { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The variable of a setting: <c>DrainDelay</c> is <c>MODELSERVING_DRAIN_DELAY</c>.</summary>
    public static string NameOf(string setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var name = new StringBuilder(HostSettings.Prefix);
        for (var i = 0; i < setting.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(setting[i]))
                name.Append('_');
            name.Append(char.ToUpperInvariant(setting[i]));
        }

        return name.ToString();
    }

    internal string? Get(string variable) => get(variable) is { Length: > 0 } value ? value : null;

    internal static ContractException Missing(string variable, string form) =>
        new($"the environment variable {variable} is not set; it must be {form}");

    internal static ContractException Wrong(string variable, string value, string form) =>
        new($"the environment variable {variable} is '{value}'; it must be {form}");
}
