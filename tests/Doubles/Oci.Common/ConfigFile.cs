namespace Oci.Common;

/// <summary>Profiles of keys and values. A key that a profile lacks is looked for in the profile DEFAULT.</summary>
public class ConfigFile
{
    private const string Default = "DEFAULT";

    private readonly Dictionary<string, Dictionary<string, string>> profiles;
    private readonly string profile;

    internal ConfigFile(Dictionary<string, Dictionary<string, string>> profiles, string profile) => (this.profiles, this.profile) = (profiles, profile);

    public string GetValue(string key)
    {
        if (profile is not null && profiles[profile].TryGetValue(key, out var value))
            return value;
        return profiles.TryGetValue(Default, out var ofAll) && ofAll.TryGetValue(key, out value) ? value : null;
    }
}
