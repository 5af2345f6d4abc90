using System.Globalization;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Predictions.Reading;

/// <summary>The place of a record in the order of a model's records: by time, then by key.</summary>
/// <param name="Time">The time in microseconds since 1970.</param>
/// <param name="RequestId">The request's identifier; empty is before every record of that time.</param>
public readonly record struct PredictionPosition(long Time, string RequestId, int Attempt) : IComparable<PredictionPosition>
{
    internal static PredictionPosition From(PredictionRecord record) => new(record.Time, record.RequestId, record.Attempt);

    public static bool TryParse(string? text, out PredictionPosition position)
    {
        position = default;
        if (text?.Split('-') is not { Length: 1 or 3 } parts
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var time))
            return false;
        if (parts.Length == 1)
        {
            position = new(time, "", 0);
            return true;
        }

        if (!RequestIds.TryParse(parts[1], out var id)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt))
            return false;
        position = new(time, id, attempt);
        return true;
    }

    public static bool operator <(PredictionPosition left, PredictionPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(PredictionPosition left, PredictionPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(PredictionPosition left, PredictionPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PredictionPosition left, PredictionPosition right) => left.CompareTo(right) >= 0;

    public int CompareTo(PredictionPosition other)
    {
        var order = Time.CompareTo(other.Time);
        if (order == 0)
            order = string.CompareOrdinal(RequestId, other.RequestId);
        return order != 0 ? order : Attempt.CompareTo(other.Attempt);
    }

    /// <summary>The position as a text that is read again.</summary>
    public override string ToString() => RequestId.Length == 0
        ? Time.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Time}-{RequestId}-{Attempt}");
}
