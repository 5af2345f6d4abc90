namespace Oci.Common;

public class ConfigFileReader
{
    public static ConfigFile Parse(string configurationFilePath, string profile)
    {
        using var file = File.OpenRead(HomePath.Expand(configurationFilePath));
        return Parse(file, profile);
    }

    private static ConfigFile Parse(FileStream configurationStream, string profile)
    {
        var profiles = new Dictionary<string, Dictionary<string, string>>();
        Dictionary<string, string> current = null;
        using var reader = new StreamReader(configurationStream);
        while (reader.ReadLine() is { } text)
        {
            var line = text.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line is ['[', .., ']'])
            {
                var name = line[1..^1].Trim();
                if (name.Length == 0)
                    throw new InvalidDataException($"Cannot have empty profile name: {text}");
                if (!profiles.TryGetValue(name, out current))
                    profiles.Add(name, current = []);
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw new InvalidDataException($"Found line with no key-value pair: {text}");
            var key = line[..equals].Trim();
            if (key.Length == 0)
                throw new InvalidDataException($"Found line with no key: {text}");
            // For a key before the first profile the dictionary throws an ArgumentNullException, as in the official package.
            (current ?? profiles[null!]).Add(key, line[(equals + 1)..].Trim());
        }

        return profile is null || profiles.ContainsKey(profile)
            ? new ConfigFile(profiles, profile)
            : throw new ArgumentException($"No profile named {profile} exists in the configuration file.");
    }
}
