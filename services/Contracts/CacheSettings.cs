using System.Net;
using System.Text.RegularExpressions;

namespace ModelServing.Contracts;

/// <summary>How a program asks the cache, by the Redis protocol.</summary>
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

    /// <summary>What <see cref="Addresses"/> look like in a variable, for a person.</summary>
    public const string Form = "HOST:PORT, or several with ',' between them";

    /// <summary>Where it answers, <c>HOST:PORT</c> each: its one address, or some of a sharded one's, of which the others are asked for.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>The user's name; null is the server's default user.</summary>
    public string? User { get; init; }

    /// <summary>The password; null gives none.</summary>
    public string? Password { get; init; }

    /// <summary>Whether the connection is TLS, as OCI Cache wants it. Off by default.</summary>
    public bool Tls { get; init; }

    /// <summary>Reads the settings from the environment; null when it names no cache.</summary>
    /// <exception cref="ContractException">A variable has a value that can't be one; the message names it.</exception>
    public static CacheSettings? Read(HostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.Get(AddressesVariable) is not { } text)
            return null;
        var addresses = text.Split(',', StringSplitOptions.TrimEntries);
        if (!addresses.All(IsAddress))
            throw new ContractException($"the environment variable {AddressesVariable} is '{text}'; it has to be {Form}");
        return new CacheSettings
        {
            Addresses = addresses,
            User = environment.Get(UserVariable),
            Password = environment.Get(PasswordVariable),
            Tls = environment.Get(TlsVariable) switch
            {
                null or "false" => false,
                "true" => true,
                var other => throw new ContractException($"the environment variable {TlsVariable} is '{other}'; it has to be 'true' or 'false'"),
            },
        };
    }

    /// <summary>The addresses and no password.</summary>
    public override string ToString() => $"{string.Join(',', Addresses)}{(Tls ? " with TLS" : "")}{(User is null ? "" : $" as {User}")}";

    /// <summary>Adds the variables to <paramref name="variables"/>.</summary>
    internal void Write(IDictionary<string, string> variables)
    {
        variables[AddressesVariable] = string.Join(',', Addresses);
        if (User is not null)
            variables[UserVariable] = User;
        if (Password is not null)
            variables[PasswordVariable] = Password;
        if (Tls)
            variables[TlsVariable] = "true";
    }

    private static bool IsAddress(string text) => AddressForm.Match(text) is { Success: true } match
        && int.TryParse(match.Groups["port"].ValueSpan, out var port) && port is > 0 and <= IPEndPoint.MaxPort;

    [GeneratedRegex(@"\A(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(?<port>[0-9]{1,5})\z")]
    private static partial Regex AddressForm { get; }
}
