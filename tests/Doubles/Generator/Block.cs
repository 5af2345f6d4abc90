namespace ModelServing.Doubles;

/// <summary>A block of the description.</summary>
internal sealed class Block
{
    internal Block(string line)
    {
        var words = line.Split([' '], StringSplitOptions.RemoveEmptyEntries);
        Kind = words[0];
        var dot = words[1].LastIndexOf('.');
        Module = dot < 0 ? "" : words[1].Substring(0, dot);
        Name = words[1].Substring(dot + 1);
        Token = Kind is "resource" or "invoke" ? words[2] : "";
        Flags = [.. words.Skip(2)];
    }

    internal string Kind { get; }

    internal string Module { get; }

    internal string Name { get; }

    internal string FullName => Module.Length == 0 ? Name : $"{Module}.{Name}";

    internal string Token { get; }

    internal string[] Flags { get; }

    internal List<string> Lines { get; } = [];

    internal IEnumerable<Property> Properties => Lines.Select(static line => new Property(line));

    internal static List<Block> ReadAll(string text)
    {
        var blocks = new List<Block>();
        foreach (var line in text.Split('\n').Select(static line => line.TrimEnd()).Where(static line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] == ' ')
                blocks[blocks.Count - 1].Lines.Add(line.Trim());
            else
                blocks.Add(new Block(line));
        }

        return blocks;
    }
}
