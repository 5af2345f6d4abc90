namespace ModelServing.Settings.Schema;

/// <summary>The key that a writer probably meant.</summary>
public static class NearestKey
{
    // A key with more mistakes is another word.
    private const int MostMistakes = 2;

    /// <summary>The key with the fewest characters to add, remove or replace; null if all are too different.</summary>
    public static string? Find(string text, IEnumerable<string> keys) => keys
        .Select(key => (Key: key, Mistakes: Distance(text, key)))
        .Where(candidate => candidate.Mistakes <= MostMistakes && candidate.Mistakes < candidate.Key.Length)
        .OrderBy(static candidate => candidate.Mistakes)
        .FirstOrDefault().Key;

    private static int Distance(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > MostMistakes)
            return int.MaxValue;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
