using System.Security.Cryptography;
using Google.Protobuf;
using ModelServing.Predictions.Records;
using ModelServing.Registry;

namespace ModelServing.Predictions.Shipping;

/// <summary>Makes large records fit into rows: the data of their largest tensors become objects, under the digest of the data, and the
/// record keeps the digest and the object's key.</summary>
/// <param name="objects">Stores the data; null keeps only their digests.</param>
internal sealed class LargeTensors(IObjectStore? objects)
{
    /// <summary>The prefix of the objects' keys.</summary>
    internal const string Prefix = "datalake/tensors/";

    /// <summary>Whether the data become objects.</summary>
    internal bool HasObjects => objects is not null;

    /// <summary>Returns a row that fits, if the tensors' data make it too large, and how many tensors lost their data. A row whose names
    /// are too large stays as it is.</summary>
    /// <exception cref="RegistryException">The data can't be stored.</exception>
    internal async Task<(StoredPrediction Row, int Tensors)> FitAsync(StoredPrediction row, CancellationToken cancellation)
    {
        if (row.Record.Length <= StoredPrediction.MostRecordBytes)
            return (row, 0);
        var tensors = 0;
        var record = PredictionRecord.Parser.ParseFrom(row.Record.Span);
        foreach (var tensor in record.Inputs.Concat(record.Outputs).OrderByDescending(static tensor => tensor.Data.Length).ToList())
        {
            if (tensor.Data.Length == 0 || record.CalculateSize() <= StoredPrediction.MostRecordBytes)
                break;
            var digest = SHA256.HashData(tensor.Data.Span);
            if (objects is not null)
                tensor.Pointer = await StoreAsync(objects, tensor.Data.Memory, digest, cancellation);
            tensor.Digest = ByteString.CopyFrom(digest);
            tensor.Data = ByteString.Empty;
            tensor.Omitted = "large";
            tensors++;
        }

        return (row with { Record = record.ToByteArray() }, tensors);
    }

    private static async Task<string> StoreAsync(
        IObjectStore objects, ReadOnlyMemory<byte> data, byte[] digest, CancellationToken cancellation)
    {
        var key = ObjectKey.Parse(Prefix + Convert.ToHexStringLower(digest));
        using var content = new MemoryStream(data.ToArray(), writable: false);
        // False if it is there already: equal data have equal keys.
        _ = await objects.PutIfAbsentAsync(key, content, data.Length, cancellation);
        return key.Text;
    }
}
