using System.Net;
using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>A user's identity out of a configuration file.</summary>
public class ConfigFileAuthenticationDetailsProvider : IAuthenticationDetailsProvider, IRegionProvider
{
    private readonly SimpleAuthenticationDetailsProvider provider;

    public ConfigFileAuthenticationDetailsProvider(string configurationFilePath, string profile, FilePrivateKeySupplier keySupplier = null)
        : this(ConfigFileReader.Parse(configurationFilePath, profile), keySupplier)
    {
    }

    public ConfigFileAuthenticationDetailsProvider(ConfigFile configFile, FilePrivateKeySupplier keySupplier = null)
    {
        if (configFile.GetValue("authentication_type") == "instance_principal")
            throw new NotSupportedException("This stand-in of the OCI SDK can't act as an instance principal, which authentication_type asks for; it signs with a user's key.");
        keySupplier ??= new FilePrivateKeySupplier(
            Required("key_file"), configFile.GetValue("pass_phrase") is { Length: > 0 } passPhrase ? new NetworkCredential("", passPhrase).SecurePassword : null);
        provider = new SimpleAuthenticationDetailsProvider
        {
            Fingerprint = Required("fingerprint"),
            TenantId = Required("tenancy"),
            UserId = Required("user"),
            PrivateKeySupplier = keySupplier,
            Region = RegionOf(configFile),
        };

        string Required(string key) => configFile.GetValue(key) ?? throw new InvalidDataException($"missing {key} in config.");
    }

    public string TenantId => provider.TenantId;

    public string UserId => provider.UserId;

    public string Fingerprint => provider.Fingerprint;

    public Region Region => provider.Region;

    public string KeyId => provider.KeyId;

    RSA IBasicAuthenticationDetailsProvider.Key => ((IBasicAuthenticationDetailsProvider)provider).Key;

    private static Region RegionOf(ConfigFile file)
    {
        if (file.GetValue("region") is not { Length: > 0 } id)
            id = Environment.GetEnvironmentVariable("OCI_REGION");
        if (string.IsNullOrEmpty(id))
            return null;
        try
        {
            return Region.FromRegionId(id);
        }
        catch (ArgumentException)
        {
            return Region.Register(id, Realm.OC1);
        }
    }
}
