using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rlaif.Learning.Native;

/// <summary>A product in tiles, one thread's share of them. The last tiles down and to the right are full too: they begin where the product has as many rows and columns left, and do not write
/// what other tiles do.</summary>
/// <param name="a">[rows, inner].</param>
/// <param name="b">[inner, columns]; of a row so many side by side as a tile has.</param>
/// <param name="c">[rows, columns], a row's numbers side by side.</param>
/// <param name="rows">Of a and c: a tile's, or more.</param>
/// <param name="columns">Of b and c: a tile's, or more; or less where as many stand before the first.</param>
/// <param name="adds">Whether to what c holds.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe struct GemmBlock(GemmBlock.Operand a, GemmBlock.Operand b, Matrix c, int rows, int columns, bool adds)
{
    // Columns of a at once: 36 KB of a panel of b stay in the first cache. Counted from the first one, so zeros behind the last move no bit.
    private const int Depth = 288;

    public int Rows => ThreadTeam.Parts(rows, GemmTile.Rows);

    public int Columns => ThreadTeam.Parts(columns, GemmTile.Columns);

    /// <summary>Tiles [top, bottom) of [left, right).</summary>
    public void Multiply(int top, int bottom, int left, int right, int inner)
    {
        for (var begin = 0; begin < inner; begin += Depth)
        {
            for (var across = left; across < right; across++)
            {
                for (var down = top; down < bottom; down++)
                {
                    Tile(down, across, begin, Math.Min(Depth, inner - begin));
                }
            }
        }
    }

    private void Tile(int down, int across, int begin, int count)
    {
        var (row, column, sums) = (Math.Min(down * GemmTile.Rows, rows - GemmTile.Rows), Math.Min(across * GemmTile.Columns, columns - GemmTile.Columns), adds || begin > 0);
        var (above, before) = ((down * GemmTile.Rows) - row, (across * GemmTile.Columns) - column);
        float* ofA = a.At(down, row, begin), ofB = b.At(across, column, begin), to = c.At(row, column);
        if (above == 0 && before == 0)
        {
            GemmTile.Multiply(ofA, a.Across, a.Along, ofB, b.Along, count, to, c.Stride, sums);
            return;
        }

        var tile = stackalloc float[GemmTile.Rows * GemmTile.Columns];
        GemmTile.Multiply(ofA, a.Across, a.Along, ofB, b.Along, count, tile, GemmTile.Columns, adds: false);
        for (var i = above; i < GemmTile.Rows; i++)
        {
            for (var at = before; at < GemmTile.Columns; at += Lanes.Count)
            {
                var left = GemmTile.Columns - at;
                var target = to + (i * c.Stride) + at;
                var sum = Lanes.Load(tile + (i * GemmTile.Columns) + at, left);
                (sums ? Lanes.Load(target, left) + sum : sum).Store(target, left);
            }
        }
    }

    /// <summary>One of the two matrices.</summary>
    /// <param name="first">Its first number.</param>
    /// <param name="across">To the next of the product's rows or columns; of columns it is 1.</param>
    /// <param name="along">To the next number of a sum.</param>
    /// <param name="panel">From a tile's to the next tile's; 0: it is not in panels.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly struct Operand(float* first, nint across, nint along, nint panel = 0)
    {
        public nint Across => across;

        public nint Along => along;

        public static Operand Rows(Matrix a) => a.IsTransposed ? new(a.First, 1, a.Stride) : new(a.First, a.Stride, 1);

        public static Operand Columns(Matrix b) => new(b.First, 1, b.Stride);

        public float* At(int tile, int index, int begin) => first + (panel == 0 ? index * across : tile * panel) + (begin * along);
    }
}
