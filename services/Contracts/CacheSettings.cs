using System.Net;
using System.Text.RegularExpressions;

namespace ModelServing.Contracts;

/// <summary>How a program connects to the cache, by the Redis protocol.</summary>
public sealed partial record CacheSettings
{
    /// <summary>The variable of <see cref="Addresses"/>.</summary>
    public const string AddressesVariable = "MODELSERVING_CACHE";

    /// <summary>The variable of <see cref="User"/>.</summary>
    public const string UserVariable = "MODELSERVING_CACHE_USER";

    /// <summary>The variable of <see cref="Password"/>.</summary>
    public const string PasswordVariable = "MODELSERVING_CACHE_PASSWORD";

    /// <summary>The variable of <see cref="Tls"/>.</summary>
    public const string TlsVariable = "MODELSERVING_CACHE_TLS";

    /// <summary>The form of <see cref="Addresses"/> in a variable, for messages.</summary>
    public const string Form = "HOST:PORT, or several separated by ','";

    private static readonly HostSetting[] Table =
    [
        HostSetting.Value(nameof(Addresses), Form, ParseAddresses, WriteAddresses, isRequired: true, AddressesVariable),
        HostSetting.Text(nameof(User), UserVariable),
        HostSetting.Text(nameof(Password), PasswordVariable),
        HostSetting.Flag(nameof(Tls), TlsVariable),
    ];

    /// <summary>The addresses, each as <c>HOST:PORT</c>: the only one, or some nodes of a sharded cache, which know the others.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>The user's name; null is the server's default user.</summary>
    public string? User { get; init; }

    /// <summary>The password; null sends none.</summary>
    public string? Password { get; init; }

    /// <summary>Whether the connection uses TLS, which OCI Cache requires. Off by default.</summary>
    public bool Tls { get; init; }

    /// <summary>Reads the settings from the environment; null if it names no cache.</summary>
    /// <exception cref="ContractException">A variable is wrong; the message names it.</exception>
    public static CacheSettings? Read(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.Get(AddressesVariable) is null)
            return null;
        var settings = new CacheSettings { Addresses = [] };
        foreach (var setting in Table)
            setting.Read(environment, settings);
        return settings;
    }

    /// <summary>The settings without the password, for logs.</summary>
    public override string ToString() => $"{string.Join(',', Addresses)}{(Tls ? " with TLS" : "")}{(User is null ? "" : $" as {User}")}";

    internal void Write(IDictionary<string, string> variables)
    {
        foreach (var setting in Table)
            setting.Write(this, variables);
    }

    private static string[]? ParseAddresses(string text)
    {
        var addresses = text.Split(',', StringSplitOptions.TrimEntries);
        return addresses.All(IsAddress) ? addresses : null;
    }

    private static string WriteAddresses(object addresses) => string.Join(',', (IEnumerable<string>)addresses);

    private static bool IsAddress(string text) => AddressForm.Match(text) is { Success: true } match
        && int.TryParse(match.Groups["port"].ValueSpan, out var port) && port is > 0 and <= IPEndPoint.MaxPort;

    [GeneratedRegex(@"\A(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(?<port>[0-9]{1,5})\z")]
    private static partial Regex AddressForm { get; }
}
