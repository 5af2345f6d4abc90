using System.Net;
using ModelServing.Contracts;
using Oci.Common;
using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>A user's identity, by a profile of a configuration file. The key is read at once and kept.</summary>
/// <remarks>Not the SDK's own provider for such a file: that one throws a null reference where the file names no region.</remarks>
internal static class ConfigFileIdentity
{
    private const string DefaultPath = "~/.oci/config";

    internal static IBasicAuthenticationDetailsProvider Open(OciSettings settings)
    {
        var path = settings.ConfigFile ?? DefaultPath;
        var where = $"the profile [{settings.Profile}] of {path}";
        var file = Read(path, settings.Profile);
        if (file.GetValue("authentication_type") is { } type)
            throw Unavailable($"{where} has authentication_type {type}; name that identity itself, in {OciSettings.IdentityVariable}");
        string[] keys = ["user", "tenancy", "fingerprint", "key_file"];
        var missing = keys.Where(key => string.IsNullOrEmpty(file.GetValue(key))).ToList();
        if (missing.Count > 0)
        {
            var session = file.GetValue("security_token_file") is null ? "" : " (it is a session's; an API key's is needed)";
            throw Unavailable($"{where} lacks {string.Join(", ", missing)}{session}");
        }

        var region = settings.Region is { } named
            ? OciIdentityProvider.RegionOf(named, $"the environment variable {OciSettings.RegionVariable}")
            : file.GetValue("region") is { Length: > 0 } own
                ? OciIdentityProvider.RegionOf(own, $"the region in {where}")
                : throw Unavailable($"{where} names no region, and the environment variable {OciSettings.RegionVariable} is not set");
        return new SimpleAuthenticationDetailsProvider
        {
            UserId = file.GetValue("user"),
            TenantId = file.GetValue("tenancy"),
            Fingerprint = file.GetValue("fingerprint"),
            PrivateKeySupplier = Key(file, where),
            Region = region,
        };
    }

    private static ConfigFile Read(string path, string profile)
    {
        try
        {
            return ConfigFileReader.Parse(path, profile);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unavailable($"there is no file {path}; 'oci setup config' writes one, and {OciSettings.ConfigFileVariable} names another", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidDataException)
        {
            throw Unavailable($"{path}, profile [{profile}]: {e.Message}", e);
        }
    }

    private static FilePrivateKeySupplier Key(ConfigFile file, string where)
    {
        var path = file.GetValue("key_file");
        var passPhrase = file.GetValue("pass_phrase");
        var key = new FilePrivateKeySupplier(path, string.IsNullOrEmpty(passPhrase) ? null : new NetworkCredential("", passPhrase).SecurePassword);
        try
        {
            _ = key.GetKey();
            return key;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unavailable($"there is no file {path}, which {where} names as key_file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or FormatException or InvalidCastException)
        {
            throw Unavailable($"{path}, which {where} names as key_file, is no RSA key in PEM that can be read: {e.Message}", e);
        }
    }

    private static ContractException Unavailable(string problem, Exception? cause = null) => OciIdentityProvider.Unavailable(OciIdentity.ConfigFile, problem, cause);
}
