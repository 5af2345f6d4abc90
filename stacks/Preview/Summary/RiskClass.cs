namespace ModelServing.Stacks.Preview.Summary;

/// <summary>What a change may cost. A workflow can require an approval for each.</summary>
internal enum RiskClass
{
    DataLoss,
    Outage,
    NewRight,
    Cost,
}
