using System.Runtime.CompilerServices;
using Dapper;

namespace Rlaif.Storage;

/// <summary>Rows read page by page: a million of them need the memory of one page.</summary>
internal static class Pages
{
    /// <summary>Rows that are read or written at once.</summary>
    public const int Size = 500;

    /// <param name="sql">Rows with a key above <c>@after</c> in its order, at most <c>@limit</c>.</param>
    /// <param name="start">Below every key.</param>
    public static async IAsyncEnumerable<T> Read<T, TKey>(
        this Database database, string sql, object parameters, TKey start, Func<T, TKey> key, [EnumeratorCancellation] CancellationToken cancel)
    {
        List<T> page;
        var after = start;
        do
        {
            await using (var connection = await database.Open(cancel))
            {
                var values = new DynamicParameters(parameters);
                values.AddDynamicParams(new { after, limit = Size });
                page = (await connection.QueryAsync<T>(sql, values)).AsList();
            }

            foreach (var row in page)
            {
                yield return row;
                after = key(row);
            }
        }
        while (page.Count == Size);
    }
}
