namespace ModelServing.Jobs.Export;

/// <summary>Shows how far an export is.</summary>
internal interface IExportProgress
{
    /// <summary>The export begins.</summary>
    /// <param name="minutes">The minutes to read, of all models.</param>
    void Begin(long minutes);

    /// <summary>Some minutes have been read.</summary>
    /// <param name="minutes">How many.</param>
    /// <param name="rows">The rows so far.</param>
    void Read(long minutes, long rows);

    /// <summary>All minutes have been read, and the file is being written.</summary>
    void Write();
}
