using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>
/// The names of the versions' headless Services, by the form <c>dns:{model}-v{version}.NAMESPACE.svc:PORT</c>. What stands behind the
/// placeholders is the cluster's: a name without the cluster's domain is completed by the pod's search list, one that ends with a dot is
/// asked for as it is.
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

    /// <summary>Reads the setting <see cref="RouterSettings.Endpoints"/> of this form.</summary>
    /// <exception cref="ContractException">A placeholder or the port is missing, or some version's name would be none.</exception>
    internal static ServiceNames Parse(string setting)
    {
        var text = setting[HostSources.DnsScheme.Length..];
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) || port == 0)
            throw Wrong(setting, "it has to end with a port from 1 to 65535");
        var names = new ServiceNames(text[..colon], port);
        foreach (var placeholder in (ReadOnlySpan<string>)[HostSources.ModelPlaceholder, HostSources.VersionPlaceholder])
        {
            // Else two versions would share a name, and each would get the other's requests.
            if (names.pattern.Split(placeholder).Length != 2)
                throw Wrong(setting, $"it has to hold {placeholder} once");
        }

        // The longest that there can be, so that no plan meets a name that is none.
        var longest = names.NameOf(ModelName.Parse(new string('m', ModelName.MaxLength)), new ModelVersion(ModelVersion.MaxNumber));
        if (Uri.CheckHostName(longest) != UriHostNameType.Dns || longest.TrimEnd('.').Length > 253 || longest.Split('.').Any(static label => label.Length > 63))
            throw Wrong(setting, "a version's name would be no host name");
        return names;
    }

    /// <summary>The name of a version's Service.</summary>
    internal string NameOf(ModelName model, ModelVersion version) => pattern
        .Replace(HostSources.ModelPlaceholder, model.Text, StringComparison.Ordinal)
        .Replace(HostSources.VersionPlaceholder, version.ToString(), StringComparison.Ordinal);

    private static ContractException Wrong(string setting, string what) =>
        new($"the environment variable {HostEnvironment.NameOf(nameof(RouterSettings.Endpoints))} is '{setting}': {what}, as in {Form}");
}
