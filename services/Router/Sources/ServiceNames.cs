using System.Globalization;
using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>
/// The names of the versions' headless Services, in the form <c>dns:{model}-v{version}.NAMESPACE.svc:PORT</c>. The text after the
/// placeholders depends on the cluster: the pod's search list completes a name without the cluster's domain; a name that ends with a dot is
/// looked up unchanged.
/// </summary>
internal sealed record ServiceNames
{
    private const string Form = "dns:{model}-v{version}.NAMESPACE.svc:PORT";

    private readonly string pattern;

    private ServiceNames(string pattern, int port)
    {
        this.pattern = pattern;
        Port = port;
    }

    /// <summary>The port of every version's pods.</summary>
    internal int Port { get; }

    /// <summary>Parses the setting <see cref="RouterSettings.Endpoints"/>.</summary>
    /// <exception cref="ContractException">A placeholder or the port is missing, or a version's name could be invalid.</exception>
    internal static ServiceNames Parse(string setting)
    {
        var text = setting[HostSources.DnsScheme.Length..];
        var colon = text.LastIndexOf(':');
        if (colon < 0
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port == 0)
            throw Wrong(setting, "it must end with a port from 1 to 65535");
        var names = new ServiceNames(text[..colon], port);
        foreach (var placeholder in (ReadOnlySpan<string>)[HostSources.ModelPlaceholder, HostSources.VersionPlaceholder])
        {
            // Otherwise two versions would share a name and get each other's requests.
            if (names.pattern.Split(placeholder).Length != 2)
                throw Wrong(setting, $"it must contain {placeholder} once");
        }

        // The longest possible name must be valid, so that every plan's names are.
        var longest = names.NameOf(ModelName.Parse(new string('m', ModelName.MaxLength)), new ModelVersion(ModelVersion.MaxNumber));
        if (Uri.CheckHostName(longest) != UriHostNameType.Dns
            || longest.TrimEnd('.').Length > 253
            || longest.Split('.').Any(static label => label.Length > 63))
            throw Wrong(setting, "a version's name would not be a host name");
        return names;
    }

    internal string NameOf(ModelName model, ModelVersion version) => pattern
        .Replace(HostSources.ModelPlaceholder, model.Text, StringComparison.Ordinal)
        .Replace(HostSources.VersionPlaceholder, version.ToString(), StringComparison.Ordinal);

    private static ContractException Wrong(string setting, string what) =>
        new($"the environment variable {HostEnvironment.NameOf(nameof(RouterSettings.Endpoints))} is '{setting}': {what}, as in {Form}");
}
