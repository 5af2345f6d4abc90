using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ModelServing.Cli.Images;

/// <summary>
/// The container registry logins of this user. They are looked for where the .NET SDK's container publishing looks, because the SDK pushes:
/// in environment variables, then in the files of <c>docker login</c> and <c>podman login</c>.
/// </summary>
internal sealed class ContainerRegistryLogins(Func<string, string?> environment, string home)
{
    private const string Push = "DOTNET_CONTAINER_PUSH_REGISTRY";
    private const string Pull = "DOTNET_CONTAINER_PULL_REGISTRY";
    private const string Both = "DOTNET_CONTAINER_REGISTRY";
    private const string BothFormerly = "SDK_CONTAINER_REGISTRY";

    // The user name with which credential helpers mark an identity token.
    private const string TokenUser = "<token>";

    internal static ContainerRegistryLogins OfThisUser { get; } =
        new(Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <summary>Whether <paramref name="host"/> may be called without TLS: localhost, and the hosts in the SDK's own variable.</summary>
    internal bool IsInsecure(string host) =>
        host.Split(':')[0] == "localhost" ||
        (environment("DOTNET_CONTAINER_INSECURE_REGISTRIES") ?? "")
            .Split(';', StringSplitOptions.TrimEntries)
            .Contains(host, StringComparer.OrdinalIgnoreCase);

    /// <summary>The login for pushing to <paramref name="host"/>; null for none.</summary>
    /// <exception cref="CommandException">A file or a credential helper can't be read.</exception>
    internal async Task<ContainerRegistryLogin?> FindForPushAsync(string host, CancellationToken cancellation) =>
        FindInEnvironment(Push, Both, BothFormerly) ?? await FindInFilesAsync(host, cancellation);

    /// <summary>The login for pulling a base image from <paramref name="host"/>; null for none.</summary>
    /// <param name="host">The registry.</param>
    /// <param name="isPushedTo">Whether images are pushed to this registry.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="CommandException">A file or a credential helper can't be read.</exception>
    internal async Task<ContainerRegistryLogin?> FindForPullAsync(string host, bool isPushedTo, CancellationToken cancellation) =>
        (isPushedTo ? FindInEnvironment(Pull, Both, BothFormerly) : FindInEnvironment(Pull)) ?? await FindInFilesAsync(host, cancellation);

    private ContainerRegistryLogin? FindInEnvironment(params ReadOnlySpan<string> prefixes)
    {
        foreach (var prefix in prefixes)
        {
            if (environment(prefix + "_UNAME") is { Length: > 0 } user && environment(prefix + "_PWORD") is { Length: > 0 } password)
                return new ContainerRegistryLogin(user, password, $"{prefix}_UNAME");
        }

        return null;
    }

    private async Task<ContainerRegistryLogin?> FindInFilesAsync(string host, CancellationToken cancellation)
    {
        foreach (var file in Files().Where(File.Exists))
        {
            try
            {
                using var content = JsonDocument.Parse(await File.ReadAllBytesAsync(file, cancellation));
                if (await FindAsync(content.RootElement, host, file, cancellation) is { } login)
                    return login;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
            {
                throw new CommandException(ExitCode.WrongInput, $"{file} is not a valid file of Docker logins: {e.Message}");
            }
        }

        return null;
    }

    private IEnumerable<string> Files()
    {
        if (environment("REGISTRY_AUTH_FILE") is { Length: > 0 } only)
        {
            yield return only;
            yield break;
        }

        if (environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime)
            yield return Path.Combine(runtime, "containers", "auth.json");
        yield return Path.Combine(
            environment("XDG_CONFIG_DIR") is { Length: > 0 } config ? config : Path.Combine(home, ".config"),
            "containers",
            "auth.json");
        yield return Path.Combine(
            environment("DOCKER_CONFIG") is { Length: > 0 } docker ? docker : Path.Combine(home, ".docker"),
            "config.json");
    }

    private static async Task<ContainerRegistryLogin?> FindAsync(JsonElement root, string host, string file, CancellationToken cancellation)
    {
        if (root.TryGetProperty("credHelpers", out var helpers) && helpers.TryGetProperty(host, out var helper))
            return await AskHelperAsync(helper.GetString()!, host, file, cancellation);
        if (root.TryGetProperty("credsStore", out var store) && store.GetString() is { Length: > 0 } name)
            return await AskHelperAsync(name, host, file, cancellation);
        if (!root.TryGetProperty("auths", out var logins))
            return null;
        foreach (var login in logins.EnumerateObject())
        {
            if (HostOf(login.Name).Equals(host, StringComparison.OrdinalIgnoreCase) && login.Value.TryGetProperty("auth", out var encoded))
                return Decode(
                    encoded.GetString()!,
                    login.Value.TryGetProperty("identitytoken", out var token) ? token.GetString() : null,
                    file);
        }

        return null;
    }

    private static ContainerRegistryLogin Decode(string encoded, string? identityToken, string file)
    {
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).Split(':', 2);
        return identityToken is { Length: > 0 }
            ? new ContainerRegistryLogin(pair[0], identityToken, file, IsIdentityToken: true)
            : new ContainerRegistryLogin(
                pair[0],
                pair.Length == 2 ? pair[1] : throw new FormatException("a login has no ':' between user and password"),
                file);
    }

    private static async Task<ContainerRegistryLogin?> AskHelperAsync(
        string helper,
        string host,
        string file,
        CancellationToken cancellation)
    {
        var program = $"docker-credential-{helper}";
        var exit = await Tool.RunAsync(new ProcessStartInfo(program, ["get"]), host + "\n", cancellation)
            ?? throw new CommandException(ExitCode.WrongInput, $"{file} names the credential helper {program}, which is not on the path");
        // This is how helpers report that they have no login for the host.
        if (exit.Code != 0)
            return null;
        using var answer = JsonDocument.Parse(string.Join('\n', exit.Output));
        var (user, secret) = (answer.RootElement.GetProperty("Username")
            .GetString()!, answer.RootElement.GetProperty("Secret").GetString()!);
        return new ContainerRegistryLogin(user, secret, program, IsIdentityToken: user == TokenUser);
    }

    // As in `https://host/v1/`.
    private static string HostOf(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        return (scheme < 0 ? key : key[(scheme + 3)..]).Split('/')[0];
    }
}
